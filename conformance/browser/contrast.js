// The texts of a page whose contrast is below WCAG's AA: 4.5, or 3 for large letters. What is
// disabled is exempt. An SVG's texts stand on the ground behind the SVG.
(() => {
  const parse = (color) => {
    const [r, g, b, a = 1] = color.match(/[\d.]+/g).map(Number);
    return { r, g, b, a };
  };
  const over = (top, under) => ({
    r: top.r * top.a + under.r * (1 - top.a),
    g: top.g * top.a + under.g * (1 - top.a),
    b: top.b * top.a + under.b * (1 - top.a),
    a: 1,
  });
  const groundOf = (element) => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) {
      const layer = parse(getComputedStyle(e).backgroundColor);
      layers.push(layer);
      if (layer.a === 1) break;
    }
    return layers.reduceRight((under, top) => over(top, under), { r: 255, g: 255, b: 255, a: 1 });
  };
  const luminance = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ratio = (a, b) => {
    const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (light + 0.05) / (dark + 0.05);
  };
  const found = { texts: 0, low: [] };
  const judge = (element, color, least, what) => {
    const ground = groundOf(element.ownerSVGElement ?? element);
    const contrast = ratio(over(parse(color), ground), ground);
    if (contrast < least) found.low.push(`${contrast.toFixed(2)} of ${least}: ${what}`);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent.trim();
    if (!text || !element.checkVisibility() || element.closest('script, style, noscript, :disabled')) continue;
    const style = getComputedStyle(element);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    found.texts++;
    judge(element, element.ownerSVGElement ? style.fill : style.color, isLarge ? 3 : 4.5, `${element.tagName} ${text.slice(0, 40)}`);
  }
  for (const input of document.querySelectorAll('input, select, button:not(:disabled, th button)')) {
    judge(input.parentElement, getComputedStyle(input).borderTopColor, 3, `the border of ${input.outerHTML.slice(0, 60)}`);
  }
  judge(document.body, getComputedStyle(document.querySelector('a')).color, 3, 'the outline of what has the focus');
  judge(document.querySelector('input'), getComputedStyle(document.querySelector('input'), '::placeholder').color, 4.5, 'the placeholder');
  return found;
})()
