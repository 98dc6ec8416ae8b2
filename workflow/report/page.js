'use strict';
// The rows, the filters and the details of the page. Each port is a tbody: a row, and one with its
// details, which are text within a noscript until they are opened.
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
  for (const part of document.querySelectorAll('header, .cards, .days')) localTimes(part);

  const table = document.querySelector('table');
  if (!table) return;
  const rows = Array.from(table.tBodies, (body, order) => ({ body, order }));
  let shown = rows;
  let page = 0;
  let sorted = { column: -1, down: false };

  // What can be found of a row: its cells and its details, but not the names of the fields.
  const entities = { amp: '&', lt: '<', gt: '>', quot: '"' };
  const plain = (html) => html
    .replace(/<(dt|h4|summary)\b[^>]*>.*?<\/\1>/gs, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&(?:#(\d+)|(\w+));/g, (all, code, name) => (code ? String.fromCodePoint(code) : entities[name] ?? all));
  function textOf(row) {
    if (row.text === undefined) {
      const [cells, more] = row.body.rows;
      const text = `${cells.textContent} ${plain(row.details ?? more.textContent)}`.toLowerCase();
      row.text = text.replace(/\s+/g, ' ');
      row.digits = row.text.replace(/[^\d\s]/g, '');
    }
    return row.text;
  }
  function matches(row, text, digits, turn, status) {
    if (turn && row.body.dataset.turn !== turn) return false;
    if (status && !Array.from(row.body.rows[0].cells[3].children).some((s) => s.textContent === status)) return false;
    return !text || textOf(row).includes(text) || (digits.length > 2 && row.digits.includes(digits));
  }

  // A row that is seen for the first time gets a button that opens its details.
  function enhance(row) {
    if (row.button) return;
    const cell = row.body.rows[0].cells[0];
    const button = document.createElement('button');
    button.type = 'button';
    button.append(cell.firstChild);
    button.setAttribute('aria-expanded', 'false');
    button.addEventListener('click', () => open(row, button.getAttribute('aria-expanded') === 'false'));
    cell.prepend(button);
    row.button = button;
    localTimes(row.body);
  }
  function open(row, isOpen) {
    enhance(row);
    const more = row.body.rows[1];
    if (isOpen && row.details === undefined) {
      row.details = more.textContent;
      const parsed = document.createElement('template');
      parsed.innerHTML = row.details;
      more.cells[0].replaceChildren(parsed.content.querySelector('.body'));
      localTimes(more);
    }
    more.classList.toggle('open', isOpen);
    row.button.setAttribute('aria-expanded', String(isOpen));
  }

  const form = byId('filter');
  const [find, turn, status] = [byId('text'), byId('turn'), byId('status')];
  function update() {
    const text = find.value.trim().toLowerCase().replace(/\s+/g, ' ');
    const digits = /^[\d\s()+.-]+$/.test(text) ? text.replace(/\D/g, '') : '';
    shown = rows.filter((row) => {
      const isIn = matches(row, text, digits, turn.value, status.value);
      row.body.classList.toggle('no', !isIn);
      return isIn;
    });
    byId('count').textContent = shown.length === rows.length
      ? `${rows.length} ports` : `${shown.length} of ${rows.length} ports`;
    show(0);
  }
  function show(number) {
    page = number;
    const last = Math.max(0, Math.ceil(shown.length / perPage) - 1);
    shown.forEach((row, i) => {
      const isHere = Math.floor(i / perPage) === page;
      row.body.classList.toggle('off', !isHere);
      if (isHere) enhance(row);
    });
    byId('pages').hidden = last === 0;
    byId('back').disabled = page === 0;
    byId('next').disabled = page === last;
    byId('where').textContent = `Page ${page + 1} of ${last + 1}`;
  }

  const collator = new Intl.Collator(undefined, { numeric: true });
  const headers = Array.from(table.tHead.rows[0].cells);
  function sort(column) {
    sorted = { column, down: sorted.column === column && !sorted.down };
    const isNumber = headers[column].dataset.by === 'number';
    for (const row of rows) {
      const cell = row.body.rows[0].cells[column];
      row.key = isNumber ? Number(cell.dataset.v) : cell.textContent;
    }
    const isNone = (key) => key === '' || key === 0 && column > 5; // without a date: always last
    rows.sort((a, b) => isNone(a.key) - isNone(b.key) ||
      (isNumber ? a.key - b.key : collator.compare(a.key, b.key)) * (sorted.down ? -1 : 1) || a.order - b.order);
    table.append(...rows.map((row) => row.body));
    headers.forEach((header, i) => {
      if (i === column) header.setAttribute('aria-sort', sorted.down ? 'descending' : 'ascending');
      else header.removeAttribute('aria-sort');
    });
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
    const row = id.startsWith('p-') && rows.find((r) => r.body.id === id);
    if (!row) return;
    if (!shown.includes(row)) {
      form.reset();
      update();
    }
    show(Math.floor(shown.indexOf(row) / perPage));
    open(row, true);
    row.body.scrollIntoView({ block: 'start' });
    row.button.focus({ preventScroll: true });
  }
  window.addEventListener('hashchange', follow);
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (!link) return;
    if (link.dataset.turn) {
      form.reset();
      turn.value = link.dataset.turn;
      update();
    } else if (link.hash === location.hash) follow(); // the hash doesn't change then
  });

  form.addEventListener('input', update);
  form.addEventListener('reset', () => setTimeout(update));
  form.addEventListener('submit', (event) => event.preventDefault());
  byId('back').addEventListener('click', () => turnPage(-1));
  byId('next').addEventListener('click', () => turnPage(1));
  function turnPage(by) {
    show(page + by);
    byId('ports').scrollIntoView();
  }
  form.hidden = false;
  update();
  follow();
})();
