// Saves the open page for sheetsync: one file in your Downloads folder, sent nowhere.
//
// The file is a new page that holds what sheetsync reads of this one: the numbers, whose they
// are, the address, the time. Cookies, storage, tokens, scripts, pictures and the account that
// you are signed in with stay out: nothing is taken that the table SITES does not name. SITES is
// filled in from sheetsync's platform files (sheetsync/platforms/*.toml), one line for a site:
//   hosts, any (host); query: the parts of an address's ?query that say which page it is;
//   scripts (by id), after (by a pattern of what stands before it), jsonld: the page's data, each
//   with the keys to take of it; texts: [XPath, pattern]; lists: [XPath of a row, its texts];
//   marks: XPaths of what only has to be there.
(() => {
  const SITES = [];
  const find = (from, xpath) => {
    const found = document.evaluate(xpath, from, null, 7, null);
    return Array.from({length: found.snapshotLength}, (none, i) => found.snapshotItem(i));
  };
  const own = SITES.find(s => s.hosts.some(host => ('.' + location.hostname).endsWith('.' + host)))
    || SITES.find(s => s.any && s.marks.some(xpath => find(document, xpath)[0]));
  if (!own) return alert('sheetsync: of this site no page is read from a browser.');
  const site = Object.assign(
    {query: [], scripts: [], after: [], jsonld: [], texts: [], lists: [], marks: []}, own);

  // Whose page this is: the words of its address. Data and rows that name others stay out.
  const query = url => site.query.map(key => [key, url.searchParams.get(key)]).filter(q => q[1]);
  const words = url => url.pathname.split('/').concat(query(url).map(q => q[1]))
    .filter(Boolean).map(word => word.replace(/^@/, '').toLowerCase());
  const here = new URL(location.href), whose = words(here);
  const isWhose = text => whose.includes(String(text).toLowerCase());

  // Sites change pages without loading anew, and browsers bring old ones back: their data is then
  // of another page or another day. So the page must have been loaded as it stands, and lately.
  const loaded = performance.getEntriesByType('navigation')[0] || {name: here, type: ''};
  if (words(new URL(loaded.name)).pop() !== whose[whose.length - 1]
      || loaded.type === 'back_forward' || Date.now() - performance.timeOrigin > 6 * 3600e3) {
    return alert('sheetsync: reload this page (F5), then click again. Its data was loaded '
      + 'earlier or for another address, so it would get a wrong day or a wrong name.');
  }
  if (document.readyState === 'loading') return alert('sheetsync: wait until the page is there.');

  // JSON as pages write it: raw line ends in texts, ids too long for JavaScript, more behind it.
  const parse = (text, start) => {
    const tokens = /"[^"\\]*(?:\\[^][^"\\]*)*"|-?\d[\d.eE+-]*|([{[])|([}\]])/g;
    let depth = 0, json = '', at = tokens.lastIndex = start;
    do {
      const token = tokens.exec(text), [part, opens, closes] = token;
      json += text.slice(at, token.index) + (/^\d{16,}$/.test(part) ? '"' + part + '"'
        : part.replace(/[\0-\x1f]/g, c => JSON.stringify(c).slice(1, -1)));
      depth += opens ? 1 : closes ? -1 : 0;
      at = tokens.lastIndex;
    } while (depth);
    return JSON.parse(json);
  };
  // The keys to take are written as a tree: "a(b,c(d))". "*" is any key, "{…}" a word of the
  // address; "=": the value has to be one; "?key~text": only items whose key is that text (with
  // no key: that fit the pattern themselves). What is unfit throws: its list goes on without it.
  const tree = text => JSON.parse('{' + text.replace(/([^(),]+)(\(?)|\)/g, (all, key, open) =>
    key ? JSON.stringify(decodeURIComponent(key)) + (open ? ':{' : ':1') : '}') + '}');
  const pick = (value, keys) => {
    if (value && value['@graph']) return pick(value['@graph'], keys);
    if (Array.isArray(value)) return [].concat(...value.map(item => {
      try { return [pick(item, keys)]; } catch (unfit) { return []; }
    }));
    const rules = Object.keys(keys).filter(key => key[0] === '?')
      .map(key => key.slice(1).split('~').map(decodeURIComponent));
    if (rules.length && !rules.some(([key, ...texts]) => texts.some(text =>
      !key ? new RegExp(text).test(value)
        : text[0] === '{' ? isWhose(value[key]) : value[key] === text))) throw 0;
    if (value === null || typeof value !== 'object') {
      if (keys['='] && value && !isWhose(value)) throw 0;
      return value;
    }
    const taken = {}, all = Object.keys(value);
    for (const key of all) {
      const below = keys[key] || isWhose(key) && (keys['{handle}'] || keys['{id}']) || keys['*'];
      const anybody = below === keys['*'];
      if (!below || anybody && below !== 1 && Object(value[key]) !== value[key]) continue;
      try { taken[key] = pick(value[key], below); } catch (unfit) { if (!anybody) throw unfit; }
    }
    return all.length && !Object.keys(taken).length ? {_: 0} : taken; // something is there
  };

  const escape = text => text.replace(/[&<>"]/g, c => '&#' + c.charCodeAt(0) + ';');
  const pieces = []; // the data, of a type that no browser runs
  const piece = (type, text, id) => pieces.push('<script type="' + type + '"'
    + (id ? ' id="' + escape(id) + '"' : '') + '>' + text.replace(/</g, '\\u003c') + '</script>\n');
  const data = (type, text, start, keys, before, id) => {
    try {
      piece(type, before + JSON.stringify(pick(parse(text, start), tree(keys))), id);
    } catch (unfit) { /* damaged, or of somebody else */ }
  };
  for (const [id, keys] of site.scripts) {
    const script = document.getElementById(id);
    if (script) data('application/json', script.textContent, 0, keys, '', id);
  }
  for (const [pattern, keys] of site.after) {
    const found = find(document, '//script[not(@src)]')
      .map(script => new RegExp(pattern).exec(script.textContent)).find(Boolean);
    if (found) data('text/plain', found.input, found.index + found[0].length, keys, found[0]);
  }
  for (const keys of site.jsonld) {
    find(document, '//script[@type="application/ld+json"]').forEach(script =>
      data('application/ld+json', '[' + script.textContent + ']', 0, keys, ''));
  }

  // The rendered elements, each with its ancestors, so that an XPath finds it again.
  const kept = new Map(); // element → the attributes taken; "" stands for its text
  const keep = (element, what) => {
    if (!kept.has(element)) {
      kept.set(element, new Set());
      if (element.parentElement) keep(element.parentElement);
    }
    kept.get(element).add(what);
  };
  const seen = (from, [xpath, pattern]) => find(from, xpath) // with a pattern: the first that fits
    .map(node => [node, new RegExp(pattern || '[^]*').exec((node.value || node.textContent).trim())])
    .filter(([, match]) => match).slice(0, pattern ? 1 : undefined);
  const take = ([node, [text]]) => {
    const element = node.ownerElement || (node.nodeType === 3 ? node.parentElement : node);
    if (element.localName === 'script') piece('text/plain', text);
    else keep(element, node.nodeType === 2 ? node.name : '');
  };
  for (const text of [['/html/@lang'], ["//link[@rel='canonical']/@href"],
    ["//meta[@property='og:url']/@content"], ...site.texts]) seen(document, text).forEach(take);
  for (const [each, texts] of site.lists) for (const row of find(document, each)) {
    const found = [].concat(...texts.map(text => seen(row, text)));
    if (found.some(([, match]) => (match[1] || match[0]).split('/').some(isWhose))) {
      keep(row);
      found.forEach(take);
    }
  }
  const literals = xpath => (xpath.match(/'[^']+'|"[^"]+"/g) || [])
    .map(text => text.slice(1, -1).trim()).filter(Boolean);
  const said = new Map(); // element → words that an XPath looks for in it; else: that it has any
  for (const xpath of site.marks) for (const node of find(document, xpath)) {
    const element = node.ownerElement || node, text = element.textContent;
    const words = literals(xpath).filter(word => text.includes(word)).join(' ');
    if (element.localName === 'script') piece('text/plain', words, element.id);
    else { keep(element, node.name); said.set(element, words || (text.trim() && '+')); }
  }

  // Written are the attributes taken, and those that an XPath looks at: of addresses and contents
  // only the words that it looks for.
  const paths = [].concat(...site.texts, site.marks, "'canonical' @rel 'og:url' @property",
    ...site.lists.map(([each, texts]) => [].concat(each, ...texts))).join('\n');
  const asked = literals(paths).sort((a, b) => b.length - a.length);
  const attributes = element => Array.from(element.attributes, ({name, value}) => {
    const word = paths.includes('@' + name) && asked.find(text => value.includes(text));
    const whole = kept.get(element).has(name) || !/^(href|content|action)$/.test(name);
    return kept.get(element).has(name) || word
      ? ' ' + name + '="' + escape(whole ? value : word) + '"' : '';
  }).join('');
  const inside = (element, whole) => Array.from(element.childNodes, node =>
    kept.has(node) ? write(node, whole)
      : whole && !/^(script|style|#comment)$/i.test(node.nodeName) ? escape(node.textContent) : '')
    .join('') + (whole ? '' : escape(said.get(element) || ''));
  const write = (element, whole) => element.localName === 'title' ? ''
    : '<' + element.localName + attributes(element) + '>'
      + inside(element, whole || kept.get(element).has('')) + '</' + element.localName + '>\n';
  keep(document.head);
  keep(document.body);

  const time = new Date(performance.timeOrigin).toISOString().replace(/\.\d+/, ''); // of the data
  const address = here.origin + here.pathname
    + query(here).map((q, i) => (i ? '&' : '?') + q.map(encodeURIComponent).join('=')).join('');
  const page = '<!DOCTYPE html>\n<!-- saved from url=(' + String(address.length).padStart(4, '0')
    + ')' + address + ' -->\n<!-- sheetsync saver ' + time + ' -->\n'
    + '<html' + attributes(document.documentElement) + '><head><meta charset="utf-8">\n'
    + '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'">\n'
    + '<title>' + escape(document.title.replace(/^\(\d+\+?\)\s*/, '')) // not your unread messages
    + '</title>\n' + inside(document.head) + '</head><body>\n' + inside(document.body)
    + pieces.join('') + '</body></html>\n';
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([page], {type: 'text/html'}));
  link.download = ['sheetsync', here.hostname.replace(/^www\./, ''), whose.join('-').slice(0, 80),
    time.replace(/[-:]/g, '')].join('-').replace(/[^\w.-]/g, '_') + '.html';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
})();
