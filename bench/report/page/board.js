// The leaderboard: one table, a group of rows for each board; rows of other terms are never sorted among each other.

const range = (row) => (row.rank_best === row.rank_worst ? row.rank_best : `${row.rank_best}–${row.rank_worst}`);
const share = (part, row) => (row.samples_planned ? part / row.samples_planned : null);

// value: what is sorted by; first: whether a high or a low value comes first.
const COLUMNS = [
  { name: 'rank', help: 'ranks that the intervals leave open', value: (row) => row.rank_best, show: (row) => (row.rank_best ? range(row) : '–'), first: 'low' },
  { name: 'model', value: (row) => row.model, show: modelCell, left: true },
  { name: 'score', help: 'pass@1: share of samples that passed, mean over problems', value: (row) => row.pass_at_1, show: (row) => percent(row.pass_at_1) },
  { name: '95 % interval', help: 'what is unmeasured widens it', value: (row) => row.ci_low, show: intervalCell, left: true },
  { name: 'truncated', help: 'cut off by the token limit', value: (row) => row.truncated_share, show: (row) => percent(row.truncated_share), first: 'low' },
  { name: 'refused', value: (row) => row.refused_share, show: (row) => percent(row.refused_share), first: 'low' },
  { name: 'unmeasured', help: 'samples without a verdict, for a cause that is not the model’s', value: (row) => share(row.samples_unmeasured, row), show: unmeasured, first: 'low' },
  { name: 'cost', help: 'dollars, all samples', value: (row) => row.cost_usd, show: (row) => dollars(row.cost_usd), first: 'low' },
  { name: 'cost per solved', help: 'all that was spent, over the samples that passed', value: (row) => row.cost_per_solved_usd, show: (row) => dollars(row.cost_per_solved_usd), first: 'low' },
  { name: 'output tokens', help: 'a sample, reasoning included', value: (row) => row.tokens_per_sample, show: (row) => count(row.tokens_per_sample), first: 'low' },
  { name: 'seconds', help: 'median of the model’s time for a sample', value: (row) => row.median_seconds, show: (row) => seconds(row.median_seconds), first: 'low' },
  { name: 'run', value: (row) => row.run, show: (row) => row.run, left: true },
];
// The columns that any row has something in; set once the data is there.
let columns = COLUMNS;
const FILTERS = { suite: (board) => board.suite, track: (board) => board.track };
const asked = { suite: '', track: '', vendor: '', weights: '', kinds: new Map(), text: '', sort: 'score', reversed: false };

function unmeasured(row) {
  if (!known(row.samples_unmeasured)) return '';
  return row.samples_unmeasured ? `${row.samples_unmeasured} of ${row.samples_planned}` : '0';
}

function modelCell(row) {
  const drift = row.drift && ` as ${row.served_model || 'nobody'} (drift: no rank)`;
  const toggle = (event) => {
    const open = event.currentTarget.getAttribute('aria-expanded') !== 'true';
    event.currentTarget.setAttribute('aria-expanded', open);
    const line = event.currentTarget.closest('tr');
    if (open) line.after(detailsOf(row));
    else line.nextElementSibling.remove();
  };
  const word = row.self_reported && el('span', { class: 'word' }, ' self-reported');
  return el('button', { class: 'model', 'aria-expanded': 'false', click: toggle }, row.model, drift, word);
}

// Everything that the leaderboard's files say of the row.
function detailsOf(row) {
  const cells = Object.entries(row).filter(([, value]) => known(value) && value !== '' && value !== 0 && !Array.isArray(value));
  const listed = cells.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, String(value))));
  return el('tr', { class: 'details' }, el('td', { colspan: columns.length }, el('dl', {}, listed)));
}

// A line from low to high with a dot at the score; dotted: as far as what is unmeasured could take the score.
function intervalCell(row) {
  const at = (rate) => 5 + 110 * rate;
  const parts = [svg('rect', { class: 'track', x: 5, y: 6, width: 110, height: 4, rx: 2 })];
  if (row.samples_unmeasured) {
    parts.push(svg('line', { class: 'bounds', x1: at(row.bound_low), x2: at(row.bound_high), y1: 13, y2: 13 }));
  }
  parts.push(svg('line', { class: 'interval', x1: at(row.ci_low), x2: at(row.ci_high), y1: 8, y2: 8 }));
  if (known(row.pass_at_1)) parts.push(svg('circle', { class: 'score', cx: at(row.pass_at_1), cy: 8, r: 4 }));
  const bar = svg('svg', { class: 'bar', viewBox: '0 0 120 16', width: 120, height: 16, 'aria-hidden': 'true' }, parts);
  return [bar, el('span', { class: 'number' }, `${(100 * row.ci_low).toFixed(1)} – ${percent(row.ci_high)}`)];
}

// By the column asked for; what is unknown comes last whichever way.
function sorted(rows) {
  const column = columns.find((one) => one.name === asked.sort);
  const text = typeof column.value(rows[0]) === 'string';
  const way = (column.first === 'low' || text ? 1 : -1) * (asked.reversed ? -1 : 1);
  const order = (one, other) => {
    const [a, b] = [column.value(one), column.value(other)];
    if (!known(a) || !known(b)) return known(b) - known(a);
    return way * (a < b ? -1 : a > b ? 1 : 0);
  };
  return [...rows].sort(order);
}

function wanted(board) {
  const fits = Object.entries(FILTERS).every(([name, read]) => !asked[name] || read(board) === asked[name]);
  const text = asked.text.toLowerCase();
  const named = (row) => `${row.model} ${row.served_model} ${row.run}`.toLowerCase().includes(text);
  const chosen = (row) => ['vendor', 'weights'].every((name) => !asked[name] || valueOf[name](row) === asked[name]) && named(row);
  return fits ? rowsOf(board).filter(chosen) : [];
}

const valueOf = { vendor: (row) => row.vendor, weights: (row) => row.weights || 'unknown' };

// Of the labels asked for those that tell this board's problems apart; null where none of its problems has them all.
function kindOn(board) {
  const same = new Map(board.same);
  const chosen = [...asked.kinds].filter(([, value]) => value);
  if (chosen.some(([label, value]) => same.has(label) && same.get(label) !== value)) return null;
  return chosen.filter(([label]) => !same.has(label));
}

const partOf = (board, kind) =>
  board.parts.find((part) => part.kind.length === kind.length && part.kind.every(([label, value]) => asked.kinds.get(label) === value));

// The rows, or what they come to on the chosen kind of problems, of which less is known: nothing of the whole stays beside it.
const NAMED = ['model', 'suite', 'served_model', 'provider', 'drift', 'evidence', 'self_reported', 'vendor', 'weights', 'epochs', 'turns', 'terms', 'run'];

function rowsOf(board) {
  const kind = kindOn(board);
  if (!kind?.length) return kind ? board.rows : [];
  const part = partOf(board, kind);
  const own = (row, of) => ({ ...Object.fromEntries(NAMED.map((name) => [name, row[name]])), ...of });
  return part ? board.rows.map((row, at) => part.rows[at] && own(row, part.rows[at])).filter(Boolean) : [];
}

const kindText = (kind) => kind.map(([label, value]) => `${label}: ${value}`).join(', ');

// What a filter by kind of problem cannot tell.
function untold(all) {
  const suites = (some) => [...new Set(all.filter(some).map((board) => board.suite))].join(', ');
  const unlabelled = suites((board) => !board.same.length && !board.parts.length);
  const many = suites((board) => kindOn(board)?.length > Math.max(1, ...board.parts.map((part) => part.kind.length)));
  return [
    unlabelled && `No filter by kind of problem on ${unlabelled}: these runs have no labels.json, which bench run writes.`,
    many && ` ${many} has too many kinds of problems to combine: choose one label at a time.`,
  ];
}

function heading(board, rows) {
  const problems = board.limited ? `${board.problems} of ${board.problems_total} problems` : `${board.problems} problems`;
  const parts = [el('strong', {}, board.suite), ` ${board.track}, ${problems}, terms `, el('code', {}, board.terms)];
  const kind = kindOn(board);
  if (kind.length) {
    const left = partOf(board, kind).rows.filter((one) => !one).length;
    parts.push(el('p', { class: 'apart' }, `Only its ${rows[0].problems} problems of ${kindText(kind)}. What is empty is known of all problems together alone.`,
      left > 0 && ` Left out: ${left} rows of names that several answered under, or without such problems.`));
  }
  if (board.differs.length) {
    parts.push(el('p', { class: 'apart' }, '≠ Not ranked with the rows above. What differs:'));
    parts.push(el('ul', { class: 'differs' }, board.differs.map((line) => el('li', {}, el('code', {}, line)))));
  }
  return el('tr', { class: 'board' }, el('th', { colspan: columns.length, scope: 'rowgroup' }, parts));
}

function bodyOf(board, rows) {
  const line = (row) =>
    el('tr', { class: 'row' }, columns.map((column) => {
      const cell = column.show(row);
      return el('td', { class: column.left ? 'left' : 'number', 'data-label': column.name }, cell === '' ? '–' : cell);
    }));
  return el('tbody', { class: board.differs.length ? 'other' : '' }, heading(board, rows), sorted(rows).map(line));
}

function headOf(again) {
  const cell = (column) => {
    const now = asked.sort === column.name;
    const click = () => {
      asked.reversed = now && !asked.reversed;
      asked.sort = column.name;
      const field = document.querySelector('select[name="sort by"]');
      field.selectedIndex = columns.indexOf(column);
      again();
      document.querySelector('th[aria-sort] button').focus();
    };
    // The way of the arrow is that of the values: falling for a score with the best first.
    const falls = (column.first !== 'low' && !column.left) !== asked.reversed;
    const way = falls ? 'descending' : 'ascending';
    const arrow = now && el('span', { 'aria-hidden': 'true' }, falls ? ' ↓' : ' ↑');
    const button = el('button', { class: 'sort', title: column.help, click }, column.name, arrow);
    return el('th', { scope: 'col', class: column.left ? 'left' : 'number', 'aria-sort': now ? way : null }, button);
  };
  return el('thead', {}, el('tr', {}, columns.map(cell)));
}

// A labelled choice; every value is a text of the data.
function choice(label, values, now, change) {
  const options = values.map(([value, text]) => el('option', { value, selected: value === now }, text));
  const picked = (event) => change(values[event.currentTarget.selectedIndex][0]);
  return el('label', {}, label, el('select', { name: label, change: picked }, options));
}

const everyOr = (values) => [['', 'all'], ...[...new Set(values)].filter(Boolean).sort().map((one) => [one, one])];

async function leaderboard(view) {
  const all = await boards;
  const rows = all.flatMap((board) => board.rows);
  columns = COLUMNS.filter(({ value }) => rows.some((row) => known(value(row))));
  const table = el('table', { class: 'leaderboard' });
  const note = el('p', { class: 'note' });
  const again = () => {
    const bodies = all.map((board) => [board, wanted(board)]).filter(([, rows]) => rows.length);
    const none = el('tbody', {}, el('tr', {}, el('td', { colspan: columns.length }, 'No row fits these filters.')));
    table.replaceChildren(
      el('caption', { class: 'unseen' }, 'Models by suite and terms'),
      headOf(again),
      ...(bodies.length ? bodies.map((pair) => bodyOf(...pair)) : [none]),
    );
    note.replaceChildren(...untold(all).filter(Boolean).map(shown));
    tell(`${bodies.reduce((sum, [, rows]) => sum + rows.length, 0)} rows, sorted by ${asked.sort}`);
  };
  const pick = (name) => (value) => { asked[name] = value; again(); };
  const ofRows = (read) => (board) => board.rows.map(read);
  const values = { ...FILTERS, vendor: ofRows(valueOf.vendor), weights: ofRows(valueOf.weights) };
  const choices = Object.entries(values).map(([name, read]) => [name, everyOr(all.flatMap(read)), asked[name], pick(name)]);
  const telling = all.flatMap((board) => board.parts.flatMap((part) => part.kind));
  const pairs = [...telling, ...all.flatMap((board) => board.same)];
  for (const label of new Set(pairs.map(([name]) => name))) {
    const options = everyOr(pairs.filter(([name]) => name === label).map(([, value]) => value));
    const change = (value) => { asked.kinds.set(label, value); again(); };
    choices.push([`problems: ${label}`, options, asked.kinds.get(label) ?? '', change, telling.some(([name]) => name === label)]);
  }
  const filters = choices.filter(([, options, , , tells]) => tells || options.length > 2).map((one) => choice(...one));
  const search = el('input', { type: 'search', name: 'find', placeholder: 'model or run', value: asked.text, input: (event) => pick('text')(event.currentTarget.value) });
  const sort = choice('sort by', columns.map(({ name }) => [name, name]), asked.sort, (name) => { asked.reversed = false; pick('sort')(name); });
  view.replaceChildren(
    el('h2', {}, 'Leaderboard'),
    el('div', { class: 'filters', role: 'search' }, filters, el('label', {}, 'find', search), sort),
    el('div', { class: 'scroll' }, table),
    note,
    el('p', { class: 'note' },
      'A rank such as 2–4 is what the 95 % intervals leave open: at best 1 + the rows whose whole interval lies above, ',
      'at worst before those whose whole interval lies below. Intervals that overlap may still differ on the same ',
      'problems: bench compare says. Unmeasured samples count neither for nor against a model; they widen its interval.'),
  );
  again();
}
