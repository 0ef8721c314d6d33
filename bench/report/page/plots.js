// Plots as inline SVG: cost against score with the Pareto front, and who solves which problem. pairs.js has two more.

// Dollars a sample, rounded: sums that differ by how they were added up are the same price.
const spent = (row) =>
  known(row.cost_usd) && known(row.cost_lost_usd) && row.samples_planned
    ? Number(((row.cost_usd + row.cost_lost_usd) / row.samples_planned).toPrecision(9)) : null;

// What a row is called where its run is not shown beside it.
const calledOn = (board, row) =>
  board.rows.filter((one) => one.model === row.model).length > 1 ? `${row.run}: ${row.model}${row.drift && ` as ${row.served_model || 'nobody'}`}` : row.model;

// As wide as there is room, so that texts keep their size on a phone.
const plotWidth = () => Math.max(300, Math.min(640, document.getElementById('view').clientWidth - 24));

// Of some ticks those that have room for a label.
function apart(ticks, at, least) {
  let last = -Infinity;
  return ticks.filter((tick) => at(tick) - last >= least && ((last = at(tick)), true));
}

// Rows that none is both cheaper (or as cheap) and better than, by cost.
function paretoFront(rows) {
  const front = [];
  for (const row of [...rows].sort((a, b) => spent(a) - spent(b) || b.pass_at_1 - a.pass_at_1)) {
    if (!front.length || row.pass_at_1 > front.at(-1).pass_at_1) front.push(row);
  }
  return front;
}

// From a value to a place: by its logarithm where values differ much.
function scale(values, from, to) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const logarithmic = low > 0 && high / low > 8;
  const of = logarithmic ? Math.log10 : (value) => value;
  const [start, end] = logarithmic ? [Math.log10(low) - 0.15, Math.log10(high) + 0.15] : [0, high * 1.1 || 1];
  const at = (value) => from + ((of(value) - start) / (end - start)) * (to - from);
  const ticks = [];
  if (logarithmic) {
    for (let power = Math.floor(start); power <= end; power += 1) {
      for (const digit of end - start > 2.5 ? [1] : [1, 2, 5]) {
        const tick = digit * 10 ** power;
        if (Math.log10(tick) >= start && Math.log10(tick) <= end) ticks.push(tick);
      }
    }
  } else {
    const step = [1, 2, 5, 10].map((digit) => digit * 10 ** Math.floor(Math.log10(end / 4))).find((one) => end / one <= 5);
    for (let tick = 0; tick <= end; tick += step) ticks.push(tick);
  }
  return { at, ticks, logarithmic };
}

function costPlot(board) {
  const rows = board.rows.filter((row) => known(row.pass_at_1) && known(spent(row)) && row.model !== 'reference');
  if (!rows.length) return el('p', { class: 'note' }, 'What these answers cost is not known.');
  if (!rows.some(spent)) return el('p', { class: 'note' }, 'These answers cost nothing.');
  const [width, height, left, top, bottom] = [plotWidth(), 360, 52, 12, 44];
  const x = scale(rows.map(spent), left, width - 16);
  const y = (rate) => top + (1 - rate) * (height - top - bottom);
  const front = paretoFront(rows);
  const axis = [
    ...[0, 0.25, 0.5, 0.75, 1].map((rate) => [
      svg('line', { class: 'grid', x1: left, x2: width - 16, y1: y(rate), y2: y(rate) }),
      svg('text', { x: left - 8, y: y(rate) + 4, 'text-anchor': 'end' }, percent(rate, 0)),
    ]),
    ...apart(x.ticks, x.at, 52).map((tick) => [
      svg('line', { class: 'grid', x1: x.at(tick), x2: x.at(tick), y1: top, y2: height - bottom }),
      svg('text', { x: x.at(tick), y: height - bottom + 18, 'text-anchor': 'middle' }, dollars(tick)),
    ]),
    svg('text', { x: width / 2, y: height - 6, 'text-anchor': 'middle' }, `dollars a sample${x.logarithmic ? ', logarithmic' : ''}`),
  ];
  // Level up to the next one's cost: between two models of the front one gets the score of the cheaper.
  const steps = front.map((row, at) => `${at ? 'H' : 'M'}${x.at(spent(row))}${at ? 'V' : ' '}${y(row.pass_at_1)}`).join('');
  const points = rows.map((row, at) => {
    const [px, py] = [x.at(spent(row)), y(row.pass_at_1)];
    return svg('g', { class: front.includes(row) ? 'point front' : 'point' },
      svg('line', { class: 'whisker', x1: px, x2: px, y1: y(row.ci_low), y2: y(row.ci_high) }),
      svg('circle', { cx: px, cy: py, r: 9 }),
      svg('text', { x: px, y: py + 4, 'text-anchor': 'middle' }, at + 1));
  });
  const summary = `Cost against score of ${rows.length} models; ${front.length} of them on the Pareto front`;
  return el('figure', {},
    svg('svg', { class: 'plot', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': summary },
      axis.flat(), svg('path', { class: 'front-line', d: `${steps}H${width - 16}` }), points),
    el('ol', { class: 'legend' }, rows.map((row) => el('li', {},
      el('strong', {}, calledOn(board, row)), ` ${percent(row.pass_at_1)} for ${dollars(spent(row))} a sample`,
      front.includes(row) && ' — on the front: none is better for as little'))),
    el('figcaption', { class: 'note' }, 'Filled: on the Pareto front. Lines up and down: 95 % intervals of the score.'));
}

// By problem, of the samples of a row: how many passed, how many have a verdict, and the first of them.
function solvedBy(row) {
  const found = new Map();
  for (let i = 0; i < all.run.length; i += 1) {
    if (named('run', i) !== row.run || named('model', i) !== row.model || named('suite', i) !== row.suite) continue;
    const problem = all.problem[i];
    const one = found.get(problem) ?? { passed: 0, measured: 0, first: i };
    one.passed += outcomeOf(i) === 'pass';
    one.measured += all.scored[all.outcome[i]];
    found.set(problem, one);
  }
  return found;
}

const CELL = { width: 9, height: 22 };

// A row of the heat map: a bar is as high as the share that passed; a ring is a problem without a verdict.
// With the keyboard: left and right, Home and End go from problem to problem, Enter opens the sample.
function heatRow(name, solved, order, say) {
  const whole = CELL.height - 4;
  const paths = { field: '', bar: '', ring: '' };
  order.forEach((problem, at) => {
    const x = at * CELL.width + 1;
    const one = solved.get(problem);
    if (!one?.measured) paths.ring += `M${x + 1} ${CELL.height / 2}a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0 -5 0`;
    else {
      const high = (whole * one.passed) / one.measured;
      paths.field += `M${x} 2h${CELL.width - 2}v${whole}h${2 - CELL.width}z`;
      if (high) paths.bar += `M${x} ${2 + whole - high}h${CELL.width - 2}v${high}h${2 - CELL.width}z`;
    }
  });
  const cursor = svg('rect', { class: 'cursor', y: 0, width: CELL.width, height: CELL.height, visibility: 'hidden' });
  let here = -1;
  const go = (at) => {
    here = Math.max(0, Math.min(order.length - 1, at));
    cursor.setAttribute('x', here * CELL.width);
    cursor.setAttribute('visibility', 'visible');
    const one = solved.get(order[here]);
    if (one) say(`${named('problem', one.first)}, ${name}: ${one.measured ? `${one.passed} of ${one.measured} passed` : 'no verdict'}`);
  };
  const under = (event) => Math.floor((event.clientX - event.currentTarget.getBoundingClientRect().left) / CELL.width);
  const enter = () => { const one = solved.get(order[here]); if (one) location.hash = linkOf(one.first); };
  const keys = {
    ArrowLeft: () => go(here - 1), ArrowRight: () => go(here + 1), Home: () => go(0), End: () => go(order.length - 1), Enter: enter,
  };
  const keydown = (event) => {
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
    cursor.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };
  const passed = [...solved.values()].filter((one) => one.passed).length;
  return el('tr', {},
    el('th', { scope: 'row' }, name),
    el('td', {}, svg('svg', {
      class: 'heat', width: order.length * CELL.width, height: CELL.height, role: 'img', tabindex: 0, keydown,
      mousemove: (event) => go(under(event)), click: (event) => { go(under(event)); enter(); },
      'aria-label': `${name}: of ${order.length} problems ${passed} solved at least once`,
    }, Object.entries(paths).map(([kind, d]) => svg('path', { class: kind, d })), cursor)));
}

function heatMap(board) {
  const rows = board.rows.filter((row) => !row.drift);
  const solved = rows.map(solvedBy);
  const problems = new Set(solved.flatMap((one) => [...one.keys()]));
  // The mean share of samples that passed; below every other where no model has a verdict.
  const share = (problem) => {
    const counted = solved.map((one) => one.get(problem)).filter((one) => one?.measured);
    return counted.length ? counted.reduce((sum, one) => sum + one.passed / one.measured, 0) / counted.length : -1;
  };
  const shares = new Map([...problems].map((problem) => [problem, share(problem)]));
  const order = [...problems].sort((a, b) => shares.get(b) - shares.get(a));
  const told = el('p', { class: 'note', role: 'status' }, 'Point at a cell for its name, or go there with the arrow keys; a click or Enter opens the sample.');
  const none = order.filter((problem) => shares.get(problem) === 0);
  const link = (problem) => {
    const at = solved.find((one) => one.has(problem)).get(problem).first;
    return el('li', {}, el('a', { href: linkOf(at) }, named('problem', at)));
  };
  return el('figure', {},
    el('div', { class: 'scroll' }, el('table', { class: 'heatmap' }, rows.map((row, at) => heatRow(calledOn(board, row), solved[at], order, (text) => told.replaceChildren(text))))),
    told,
    el('figcaption', { class: 'note' }, 'A column is a problem, those that most models solve first. A bar is as high as the share of samples that passed; a ring: no verdict.'),
    none.length > 0 && el('details', {}, el('summary', {}, `${none.length} problems that none of these solved`), el('ul', { class: 'inline' }, none.slice(0, 200).map(link))));
}

async function plots(view) {
  const every = await boards;
  all ??= await samples();
  view.replaceChildren(el('h2', {}, 'Plots'), ...every.flatMap((board) => [
    el('section', { class: 'plots' },
      el('h3', {}, `${board.suite}, ${board.problems} problems, terms ${board.terms}`),
      board.differs.length > 0 && el('p', { class: 'apart' }, '≠ other terms than the first plots of this suite'),
      el('h4', {}, 'Cost against score'), costPlot(board),
      el('h4', {}, 'One against the others'), pairedPlot(board),
      el('h4', {}, 'With more samples: pass@k'), curvePlot(board),
      el('h4', {}, 'Problems and models'), heatMap(board)),
  ]));
}
