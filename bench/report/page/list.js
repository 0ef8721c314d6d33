// The list of samples: search, filters, keys. Of any number of samples only the lines in sight exist.

const LINE = 52; // pixels, as in page.css
const MOST_LINES = 300000; // more would be higher than an element may be
const looked = { text: '', outcome: '', suite: '', model: '', run: '', texts: false, hits: null };
// open: the sample that is shown, and beside it another; found: those in the list, in order; at: the place of the chosen one among them.
const list = { found: [], at: 0, open: null, beside: null, node: null };

let all; // what samples() brings, once it is there

const named = (field, i) => all.names[field][all[field][i]];
const outcomeOf = (i) => named('outcome', i);
const linkOf = (i, j) => {
  const key = (fields, one) => fields.map((field) => encodeURIComponent(plain(field === 'epoch' ? all.epoch[one] : named(field, one))));
  const parts = key(['run', 'suite', 'problem', 'model', 'epoch'], i);
  if (known(j)) parts.push('with', ...key(['run', 'model', 'epoch'], j));
  return `#/samples/${parts.join('/')}`;
};

// The places of the names that fit: of few names, where samples are many.
function placesOf(field, fits) {
  const places = new Set();
  all.names[field].forEach((name, place) => { if (fits(name)) places.add(place); });
  return places;
}

// The samples that a link names: one, or two on one problem.
function linked(path) {
  if (path.length < 5) return [null, null];
  const [run, suite, problem, model, epoch, , ...other] = path;
  const place = (...wanted) => {
    const fields = ['run', 'suite', 'problem', 'model'].map((field, at) => [all[field], placesOf(field, (name) => plain(name) === wanted[at])]);
    return all.epoch.findIndex((one, i) => fields.every(([column, places]) => places.has(column[i])) && String(one) === wanted[4]);
  };
  const first = place(run, suite, problem, model, epoch);
  const second = other.length === 3 ? place(other[0], suite, problem, other[1], other[2]) : -1;
  return [first, second].map((one) => (one < 0 ? null : one));
}

// A sign and a word for an outcome: never its colour alone.
function badge(i) {
  const outcome = outcomeOf(i);
  const [sign, kind] = outcome === 'pass' ? ['✓', 'good'] : all.scored[all.outcome[i]] ? ['✗', 'bad'] : ['◌', 'open'];
  return el('span', { class: `badge ${kind}` }, `${sign} ${outcome.replaceAll('_', ' ')}`);
}

function filter() {
  const text = looked.text.toLowerCase();
  const columns = (fields, fits) => fields.map((field) => [all[field], placesOf(field, (name) => fits(name, field))]);
  const picked = columns(['outcome', 'suite', 'model', 'run'].filter((field) => looked[field]), (name, field) => name === looked[field]);
  const saying = columns(['problem', 'model', 'run', 'suite', 'outcome', 'why'], (name) => name.toLowerCase().includes(text));
  const holds = (i) => ([column, places]) => places.has(column[i]);
  const hit = (i) => !text || (looked.hits ? looked.hits.has(i) : saying.some(holds(i)));
  list.found = all.run.map((_, i) => i).filter((i) => picked.every(holds(i)) && hit(i));
  list.at = Math.max(0, list.found.indexOf(list.open));
}

function line(place) {
  const i = list.found[place];
  return el('li', {
    id: `line-${place}`, role: 'option', 'aria-selected': String(place === list.at), 'aria-setsize': list.found.length, 'aria-posinset': place + 1,
    class: i === list.open ? 'open' : null, click: () => { list.at = place; location.hash = linkOf(i); },
  }, el('div', {}, el('span', { class: 'name' }, named('problem', i)), badge(i)),
  el('div', { class: 'faint' }, named('model', i), all.epoch[i] ? ` #${all.epoch[i]}` : '', named('why', i) && ` · ${named('why', i)}`));
}

function drawLines() {
  const { node } = list;
  const first = Math.max(0, Math.floor(node.scrollTop / LINE) - 5);
  const last = Math.min(list.found.length, first + Math.ceil(node.clientHeight / LINE) + 10);
  const lines = node.firstChild;
  lines.style.height = `${list.found.length * LINE}px`;
  lines.style.paddingTop = `${first * LINE}px`;
  lines.replaceChildren();
  for (let place = first; place < last; place += 1) lines.append(line(place));
  lines.setAttribute('aria-activedescendant', `line-${list.at}`);
}

function choose(place) {
  if (!list.found.length) return;
  list.at = Math.min(Math.max(0, place), list.found.length - 1);
  const top = list.at * LINE;
  if (top < list.node.scrollTop) list.node.scrollTop = top;
  if (top + LINE > list.node.scrollTop + list.node.clientHeight) list.node.scrollTop = top + LINE - list.node.clientHeight;
  drawLines();
  const i = list.found[list.at];
  tell(`${named('problem', i)}, ${named('model', i)}, ${outcomeOf(i)}`);
  if (list.open !== null) location.replace(linkOf(i));
}

// Another answer to the same problem beside the open one: each in turn, then none.
function besideNext() {
  if (list.open === null) return;
  const others = othersOf(list.open);
  location.hash = linkOf(list.open, others[others.indexOf(list.beside) + 1]);
}

function listKeys(event) {
  if (!list.node?.isConnected || event.ctrlKey || event.metaKey || event.altKey) return;
  const writing = event.target.matches('input[type=search], select');
  const search = document.querySelector('input[name=search]');
  const keys = {
    j: () => choose(list.at + 1), ArrowDown: () => choose(list.at + 1),
    k: () => choose(list.at - 1), ArrowUp: () => choose(list.at - 1),
    b: besideNext, '/': () => search.focus(),
    Enter: () => { if (list.found.length) location.hash = linkOf(list.found[list.at]); },
    Escape: () => { if (list.open === null) list.node.firstChild.focus(); else location.hash = '#/samples'; },
  };
  if (writing) {
    if (event.key !== 'Escape' && !(event.key === 'Enter' && event.target === search)) return;
    event.target.blur();
    list.node.firstChild.focus();
    event.preventDefault();
    return;
  }
  const arrow = event.key.startsWith('Arrow') && !list.node.contains(event.target);
  const pressed = event.key === 'Enter' && event.target.matches('a, button, summary');
  if (!(event.key in keys) || arrow || pressed) return;
  event.preventDefault();
  keys[event.key]();
}

// Every text of a sample, for a search in them.
const textsOf = (value) =>
  typeof value === 'string' ? value : value && typeof value === 'object' ? Object.values(value).map(textsOf).join('\n') : '';

// Part by part: they are not all in memory, of a large report not even in this page.
async function searchTexts(say) {
  const text = looked.text.toLowerCase();
  looked.hits = null;
  if (!looked.texts || !text) return;
  const hits = new Set();
  for (let chunk = 0; chunk < all.chunks.length; chunk += 1) {
    const { stories, questions } = await chunkAt(chunk);
    stories.forEach((story, place) => {
      const said = `${textsOf(story)}\n${textsOf(questions[story.question])}`.toLowerCase();
      if (said.includes(text)) hits.add(all.chunks[chunk] + place);
    });
    if (!looked.texts || looked.text.toLowerCase() !== text) return; // overtaken by what was asked since
    say(`${count(hits.size)} found; searched ${chunk + 1} of ${all.chunks.length} parts …`);
  }
  looked.hits = hits;
}

function listPane() {
  const told = el('p', { class: 'note', role: 'status' });
  const again = () => {
    filter();
    const left = list.found.length > MOST_LINES ? `; the list ends after ${count(MOST_LINES)}` : '';
    told.replaceChildren(`${count(list.found.length)} of ${count(all.run.length)} samples${left}`);
    list.found.length = Math.min(list.found.length, MOST_LINES);
    list.node.scrollTop = Math.max(0, list.at * LINE - list.node.clientHeight / 2);
    drawLines();
  };
  const search = async (event) => {
    const { target } = event;
    looked[target.type === 'checkbox' ? 'texts' : 'text'] = target.type === 'checkbox' ? target.checked : target.value;
    const asked = { ...looked };
    await searchTexts((text) => told.replaceChildren(text));
    if (asked.text === looked.text && asked.texts === looked.texts) again();
  };
  const choices = ['outcome', 'suite', 'model', 'run']
    .map((field) => [field, everyOr([...new Set(all[field])].map((place) => all.names[field][place]))])
    .filter(([, options]) => options.length > 2)
    .map(([field, options]) => choice(field, options, looked[field], (value) => { looked[field] = value; again(); }));
  list.node = el('div', { class: 'lines', scroll: drawLines }, el('ul', { role: 'listbox', tabindex: 0, 'aria-label': 'Samples' }));
  const pane = el('section', { class: 'list', 'aria-label': 'List of samples' },
    el('div', { class: 'filters' },
      el('label', {}, 'find', el('input', { type: 'search', name: 'search', value: looked.text, placeholder: 'problem, model, failure  ( / )', input: search })),
      el('label', {}, el('input', { type: 'checkbox', name: 'texts', checked: looked.texts, change: search }), 'in questions and replies'),
      choices),
    told, list.node);
  return [pane, again];
}

async function samplesView(view, path) {
  all ??= await samples();
  if (!list.node?.isConnected) {
    const [pane, again] = listPane();
    view.replaceChildren(el('h2', { class: 'unseen' }, 'Samples'), el('div', { class: 'viewer' }, pane, el('section', { class: 'sample', 'aria-label': 'Sample' })));
    again();
    new ResizeObserver(drawLines).observe(list.node);
  }
  const [first, second] = linked(path);
  list.open = first;
  list.beside = second;
  const place = list.found.indexOf(first);
  if (place >= 0 && place !== list.at) {
    list.at = place;
    list.node.scrollTop = Math.max(0, place * LINE - list.node.clientHeight / 2);
  }
  drawLines();
  view.firstElementChild.nextElementSibling.classList.toggle('opened', first !== null);
  await showSample(view.querySelector('.sample'), first, second, path.length > 0);
}

document.addEventListener('keydown', listKeys);
