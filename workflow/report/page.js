'use strict';
// The order, the filters and the details of the table. This script stands behind the table, so that
// it works while the details are still being read: those are texts, one noscript for each row.
(() => {
  const perPage = 100;
  const byId = (id) => document.getElementById(id);
  const viewersZone = byId('zone').hasAttribute('data-viewer');
  const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

  // Times are shown in the viewer's zone, unless the page has one. A date alone is in no zone.
  function localTimes(within) {
    if (!viewersZone) return;
    for (const time of within.querySelectorAll('time[datetime*=T]:not([title])')) {
      const at = new Date(time.dateTime);
      const two = (n) => String(n).padStart(2, '0');
      time.title = time.dateTime;
      time.textContent = `${days[at.getDay()]} ${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
    }
  }
  if (viewersZone) byId('zone').textContent = `${Intl.DateTimeFormat().resolvedOptions().timeZone} (yours)`;
  for (const part of document.querySelectorAll('header, .cards')) localTimes(part);

  const table = document.querySelector('table');
  if (!table) return;
  const body = table.tBodies[0];
  const headers = Array.from(table.tHead.rows[0].cells);
  const rows = Array.from(body.rows, (tr, order) => ({ tr, order, no: false, off: order >= perPage }));
  const details = document.getElementsByTagName('noscript'); // in the order that the rows have at first
  const isLoaded = () => details.length === rows.length;
  let shown = rows;
  let page = 0;

  // What can be found of a row: its cells and its details, but not the names of the fields.
  const entities = { amp: '&', lt: '<', gt: '>' };
  const plain = (html) => html
    .replace(/<(dt|h4)>.*?<\/\1>|<[^>]*>/gs, ' ')
    .replace(/&(?:#(\d+)|(\w+));/g, (all, code, name) => (code ? String.fromCodePoint(code) : entities[name] ?? all));
  function textOf(row) {
    if (row.text !== undefined) return row.text;
    const cells = Array.from(row.tr.cells, (cell) => cell.textContent).join(' ');
    const text = `${cells} ${plain(details[row.order]?.textContent ?? '')}`.toLowerCase().replace(/\s+/g, ' ');
    if (isLoaded()) row.text = text;
    return text;
  }
  function matches(row, text, digits, turn, status) {
    if (turn && row.tr.dataset.turn !== turn) return false;
    if (status && !Array.from(row.tr.cells[3].children).some((s) => s.textContent === status)) return false;
    return !text || textOf(row).includes(text) || (digits.length > 2 && textOf(row).includes(digits));
  }

  // A row that is seen for the first time gets a button in place of its link.
  function enhance(row) {
    if (row.button) return;
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = row.tr.cells[0].firstChild.textContent;
    button.setAttribute('aria-expanded', 'false');
    button.addEventListener('click', () => open(row, !row.isOpen));
    row.tr.cells[0].firstChild.replaceWith(button);
    row.button = button;
    localTimes(row.tr);
  }
  function open(row, isOpen) {
    if (!details[row.order]) return;
    enhance(row);
    if (!row.more) {
      row.more = document.createElement('tr');
      row.more.className = 'more';
      const parsed = document.createElement('template');
      parsed.innerHTML = details[row.order].textContent;
      row.more.insertCell().append(parsed.content);
      localTimes(row.more);
    }
    row.isOpen = isOpen;
    row.button.setAttribute('aria-expanded', String(isOpen));
    row.tr.after(row.more);
    if (!isOpen) row.more.remove();
    span();
  }
  // Details are as wide as the columns that the screen has room for.
  function span() {
    const columns = headers.filter((header) => header.offsetWidth).length;
    for (const row of rows) if (row.isOpen) row.more.cells[0].colSpan = columns;
  }

  const form = byId('filter');
  const [find, turn, status] = [byId('text'), byId('turn'), byId('status')];
  // A row that the filters hide has the class "no", one on another page "off".
  function mark(row, name, isOn) {
    if (row[name] === isOn) return;
    row[name] = isOn;
    for (const tr of [row.tr, row.more]) tr?.classList.toggle(name, isOn);
  }
  function clear() {
    for (const control of [find, turn, status]) control.value = '';
  }
  function update() {
    const text = find.value.trim().toLowerCase().replace(/\s+/g, ' ');
    const digits = /^[\d\s()+.-]+$/.test(text) ? text.replace(/\D/g, '') : '';
    shown = rows.filter((row) => {
      const isIn = matches(row, text, digits, turn.value, status.value);
      mark(row, 'no', !isIn);
      return isIn;
    });
    const all = `${rows.length} ${rows.length === 1 ? 'port' : 'ports'}`;
    byId('count').textContent = shown.length === rows.length ? all : `${shown.length} of ${all}`;
    show(0);
  }
  function show(number) {
    page = number;
    const last = Math.max(0, Math.ceil(shown.length / perPage) - 1);
    shown.forEach((row, i) => {
      const isHere = Math.floor(i / perPage) === page;
      mark(row, 'off', !isHere);
      if (isHere) enhance(row);
    });
    byId('pages').hidden = last === 0;
    byId('back').disabled = page === 0;
    byId('next').disabled = page === last;
    byId('where').textContent = `Page ${page + 1} of ${last + 1}`;
  }

  const collator = new Intl.Collator(undefined, { numeric: true });
  function sort(column) {
    const isDown = headers[column].getAttribute('aria-sort') === 'ascending';
    const isNumber = headers[column].dataset.by === 'number';
    const keys = new Map(rows.map((row) => {
      const cell = row.tr.cells[column];
      return [row, isNumber ? Number(cell.dataset.v) : cell.textContent];
    }));
    const isNone = (key) => key === '' || (isNumber && key < 0); // always last
    rows.sort((a, b) => {
      const [x, y] = [keys.get(a), keys.get(b)];
      return isNone(x) - isNone(y) || (isNumber ? x - y : collator.compare(x, y)) * (isDown ? -1 : 1) || a.order - b.order;
    });
    body.append(...rows.flatMap((row) => (row.isOpen ? [row.tr, row.more] : [row.tr])));
    for (const header of headers) header.removeAttribute('aria-sort');
    headers[column].setAttribute('aria-sort', isDown ? 'descending' : 'ascending');
    update();
  }
  headers.forEach((header, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = header.textContent;
    button.addEventListener('click', () => sort(column));
    header.replaceChildren(button);
  });

  // A link to a port opens its details, whatever the filters and the page are.
  function follow() {
    const id = decodeURIComponent(location.hash.slice(1));
    const row = id && rows.find((r) => r.tr.dataset.id === id);
    if (!row) return;
    if (!shown.includes(row)) {
      clear();
      update();
    }
    show(Math.floor(shown.indexOf(row) / perPage));
    open(row, true);
    row.tr.scrollIntoView();
    row.button.focus({ preventScroll: true });
  }
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (!link) return;
    if (link.dataset.turn) {
      clear();
      turn.value = link.dataset.turn;
      update();
    } else if (link.hash === location.hash) {
      follow(); // the hash doesn't change then
    }
  });
  addEventListener('hashchange', follow);
  addEventListener('resize', span);
  addEventListener('beforeprint', () => localTimes(body)); // all rows are printed
  form.addEventListener('input', update);
  byId('clear').addEventListener('click', () => {
    clear();
    update();
    find.focus();
  });
  form.addEventListener('submit', (event) => event.preventDefault());
  for (const [id, by] of [['back', -1], ['next', 1]]) {
    byId(id).addEventListener('click', () => show(page + by));
  }
  form.hidden = false;
  update();
  document.addEventListener('DOMContentLoaded', () => {
    follow();
    if (find.value) update();
    const prepare = (from) => window.requestIdleCallback?.((left) => { // the first search needn't wait then
      let next = from;
      while (next < rows.length && left.timeRemaining() > 1) textOf(rows[next++]);
      if (next < rows.length) prepare(next);
    });
    prepare(0);
  });
})();
