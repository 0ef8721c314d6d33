// Models of a board side by side: differences on the same problems, and what more samples would solve.

const points = (difference) => `${difference > 0 ? '+' : difference < 0 ? '−' : ''}${Math.abs(100 * difference).toFixed(1)}`;

// A pair seen from one of its two rows: how much better the other is.
function seenFrom(at, pair) {
  if (pair.second === at) return { ...pair, other: pair.first };
  const better = { first: 'second', second: 'first' }[pair.better] ?? '';
  return { ...pair, other: pair.second, value: -pair.value, low: -pair.high, high: -pair.low, ahead: [pair.ahead[1], pair.ahead[0]], better };
}

function verdictOf(pair) {
  if (pair.better) return pair.better === 'first' ? 'better' : 'worse';
  return `cannot tell; ${(100 * pair.detectable).toFixed(1)} points would have been found in 80 % of such runs`;
}

function differenceLine(board, pair, most) {
  const at = (value) => 100 + (value / most) * 90;
  const bar = svg('svg', { class: 'bar', viewBox: '0 0 200 16', width: 200, height: 16, 'aria-hidden': 'true' },
    svg('line', { class: 'zero', x1: 100, x2: 100, y1: 0, y2: 16 }),
    svg('line', { class: 'interval', x1: at(pair.low), x2: at(pair.high), y1: 8, y2: 8 }),
    svg('circle', { class: 'score', cx: at(pair.value), cy: 8, r: 4 }));
  const cells = [bar, points(pair.value), `${points(pair.low)} to ${points(pair.high)}`, chance(pair.p), `${pair.ahead[0]} / ${pair.ahead[1]}`, verdictOf(pair)];
  return el('tr', {},
    el('th', { scope: 'row', class: 'left' }, calledOn(board, board.rows[pair.other])),
    cells.map((cell, at) => el('td', { class: PAIR_COLUMNS[at + 1][1], 'data-label': PAIR_COLUMNS[at + 1][0] }, cell)));
}

const chance = (p) => (p < 0.001 ? '< 0.001' : p.toFixed(3));
const PAIR_COLUMNS = [
  ['model', 'left'], ['', 'left'], ['points', 'number'], ['95 % interval', 'number'], ['p', 'number'], ['ahead on / behind on', 'number'], ['', 'left'],
];

function pairedPlot(board) {
  const places = [...new Set(board.paired.flatMap((pair) => [pair.first, pair.second]))].sort((a, b) => a - b);
  if (!places.length) return el('p', { class: 'note' }, 'It takes two models on this board.');
  const most = Math.max(...board.paired.flatMap((pair) => [Math.abs(pair.low), Math.abs(pair.high)])) || 1;
  const body = el('tbody', {});
  const against = (at) => body.replaceChildren(...board.paired.filter((pair) => pair.first === at || pair.second === at)
    .map((pair) => differenceLine(board, seenFrom(at, pair), most)));
  against(places[0]);
  return el('figure', {},
    el('div', { class: 'filters' }, choice('against', places.map((at) => [at, calledOn(board, board.rows[at])]), places[0], against)),
    el('div', { class: 'scroll' }, el('table', { class: 'paired' },
      el('caption', { class: 'unseen' }, 'Differences in score on the same problems'),
      el('thead', {}, el('tr', {}, PAIR_COLUMNS.map(([name, side]) => el('th', { scope: 'col', class: side }, name)))), body)),
    el('figcaption', { class: 'note' },
      'How many points better or worse each is on the same problems; right of the middle it is better. What is missing is taken at its worst. ',
      'No correction for the number of pairs: bench compare has it.', board.rows.length > places.length && ` ${places.length} of ${board.rows.length} rows are compared.`));
}

const WAYS = 6; // of drawing a curve: in page.css

function curvePlot(board) {
  const rows = board.rows.filter((row) => row.pass_at_k.length > 1);
  if (!rows.length) return el('p', { class: 'note' }, 'It takes two or more measured samples of every problem (-n 2).');
  const [width, height, left, top, bottom] = [plotWidth(), 320, 52, 12, 44];
  const most = Math.max(...rows.map((row) => row.pass_at_k.length));
  const x = (k) => left + 12 + (Math.log(k) / Math.log(most)) * (width - left - 60);
  const y = (rate) => top + (1 - rate) * (height - top - bottom);
  const ticks = [1, 2, 3, 5, 10, 20, 50, 100].filter((k) => k <= most);
  const axis = [
    ...[0, 0.25, 0.5, 0.75, 1].map((rate) => [
      svg('line', { class: 'grid', x1: left, x2: width - 16, y1: y(rate), y2: y(rate) }),
      svg('text', { x: left - 8, y: y(rate) + 4, 'text-anchor': 'end' }, percent(rate, 0)),
    ]),
    ...ticks.map((k) => svg('text', { x: x(k), y: height - bottom + 18, 'text-anchor': 'middle' }, k)),
    svg('text', { x: width / 2, y: height - 6, 'text-anchor': 'middle' }, 'k samples, of which one has to pass'),
  ];
  const lines = rows.map((row, at) => {
    const ks = row.pass_at_k;
    const place = (rate, i) => `${x(i + 1).toFixed(1)} ${y(rate).toFixed(1)}`;
    const line = (part) => ks.map((one, i) => place(one[part], i)).join('L');
    const back = ks.map((one, i) => place(one[2], i)).reverse().join('L');
    const start = y(ks[0][0]); // where curves lie apart: with enough samples all come to the top
    return svg('g', { class: 'point' },
      svg('path', { class: `band way-${at % WAYS}`, d: `M${line(1)}L${back}Z` }),
      svg('path', { class: `curve way-${at % WAYS}`, d: `M${line(0)}` }),
      svg('circle', { cx: x(1), cy: start, r: 9 }),
      svg('text', { x: x(1), y: start + 4, 'text-anchor': 'middle' }, at + 1));
  });
  return el('figure', {},
    svg('svg', { class: 'plot', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': `pass@k of ${rows.length} models, k up to ${most}` }, axis.flat(), lines),
    el('ol', { class: 'legend' }, rows.map((row) => el('li', {}, el('strong', {}, calledOn(board, row)), ' ',
      row.pass_at_k.map((one, at) => [at + 1, ...one]).filter(([k]) => ticks.includes(k) || k === row.pass_at_k.length)
        .map(([k, rate, low, high]) => `pass@${k} ${percent(rate)} (${(100 * low).toFixed(1)} – ${(100 * high).toFixed(1)})`).join(', ')))),
    el('figcaption', { class: 'note' }, 'Unbiased, of the samples there are, with 95 % intervals; as far as every problem has so many. k stands on a logarithmic scale.',
      rows.length < board.rows.length && ` ${board.rows.length - rows.length} of ${board.rows.length} rows have no curve: not every problem has two measured samples.`));
}
