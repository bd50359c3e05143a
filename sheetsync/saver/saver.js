// Saves the open page for sheetsync: one file in your Downloads folder, sent nowhere.
//
// The file is a new page that holds what sheetsync reads of this one: the numbers, whose they
// are, the address, the time. Cookies, storage, tokens, scripts, pictures and the account that
// you are signed in with stay out: nothing is taken that the table SITES does not name. SITES is
// filled in from sheetsync's platform files (sheetsync/platforms/*.toml), one line for a site:
//   hosts, any (host); query: the parts of an address's ?query that say which page it is;
//   data: where the page keeps its data (#id of a script, pattern of what stands before it, "" for
//   JSON-LD) and the keys to take of it; meta: more meta tags; texts: XPaths, with a pattern the
//   first text that fits; rows: [XPath of a row, its texts]; marks: XPaths of what only has to
//   be there; walls: titles of pages that stand before the page. "~name=a b" is short for elements
//   whose attribute is one of these words.
(save => {
  try { save(); } catch (error) {
    alert('sheetsync: one click cannot save this page (' + error.message + '). Save it with Ctrl+S, as "Webpage, Complete".');
  }
})(() => {
  const SITES = [];
  const listed = (from, change) => Array.from(from || [], change);
  const spelt = xpath => String(xpath || '/..').replace(/~([\w-]+)=([\w -]+)/g, (all, name, list) =>
    list.split(' ').map(word => '//*[@' + name + '="' + word + '"]').join('|'));
  const find = (from, xpath) => {
    const found = document.evaluate(spelt(xpath), from, null, 7, null);
    return listed({length: found.snapshotLength}, (none, i) => found.snapshotItem(i));
  };
  const site = SITES.find(s => s.hosts.some(host => ('.' + location.hostname).endsWith('.' + host)))
    || SITES.find(s => s.any && find(document, s.marks)[0]);
  if (!site) return alert('sheetsync: no page of this site needs the saver.');

  // Whose page this is: the words of its address. Data and rows that name others stay out.
  const asked = url => listed(site.query, key => [key, url.searchParams.get(key)])
    .filter(pair => pair[1]);
  const words = url => url.pathname.split('/').concat(asked(url).map(pair => pair[1]))
    .map(word => word.replace(/^@/, '').toLowerCase()).filter(Boolean);
  const here = new URL(location.href), whose = words(here);
  const isWhose = text => whose.includes(String(text).toLowerCase());
  const isPost = word => /^(?=.*\d)[\w-]{9,}$/.test(word), posts = whose.filter(isPost);

  // Sites change pages without loading anew, and browsers bring old ones back: their data is then
  // of another page or another day. So the page must have been loaded as it stands, and lately.
  const loaded = performance.getEntriesByType('navigation')[0] || {};
  const before = /^http/.test(loaded.name) ? words(new URL(loaded.name)) : whose;
  const last = whose[whose.length - 1], both = before.concat(whose);
  if (before[before.length - 1] !== last // a post has one id, whatever else its address says
      || !isPost(last) && new Set(both).size > Math.max(before.length, whose.length)
      || loaded.type === 'back_forward' || Date.now() - performance.timeOrigin > 6 * 3600e3) {
    return alert('sheetsync: reload this page (F5), then click again. Its data is of an earlier time or of another address.');
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
    const names = Object.keys(keys), rules = names.filter(key => key[0] === '?')
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
      const below = names.includes(key) ? keys[key]
        : isWhose(key) && (keys['{handle}'] || keys['{id}']) || keys['*'];
      const anybody = below === keys['*'];
      if (!below || anybody && below !== 1 && Object(value[key]) !== value[key]) continue;
      try { taken[key] = pick(value[key], below); } catch (unfit) { if (!anybody) throw unfit; }
    }
    return all.length && !Object.keys(taken).length ? {_: 0} : taken; // something is there
  };

  const escape = text => text.replace(/[&<>"]/g, c => '&#' + c.charCodeAt(0) + ';');
  let pieces = ''; // the data, of a type that no browser runs
  const piece = (type, text, id) => {
    pieces += '<script type="' + type + '"' + (id ? ' id="' + escape(id) + '"' : '') + '>'
      + text.replace(/</g, '\\u003c') + '</script>\n';
  };
  const scripts = condition => find(document, '//script[' + condition + ']');
  for (const [where, keys] of site.data || []) {
    const data = (type, text, start, lead, id) => {
      try {
        piece(type, lead + JSON.stringify(pick(parse(text, start), tree(keys))), id);
      } catch (unfit) { /* damaged, or of somebody else */ }
    };
    if (where[0] === '#') {
      const id = where.slice(1), script = scripts('@id="' + id + '"')[0];
      if (script) data('application/json', script.textContent, 0, '', id);
    } else if (where) {
      const found = scripts('not(@src)')
        .map(script => new RegExp(where).exec(script.textContent)).find(Boolean);
      if (found) data('text/plain', found.input, found.index + found[0].length, found[0]);
    } else {
      scripts('@type="application/ld+json"')
        .map(script => data('application/ld+json', '[' + script.textContent + ']', 0, ''));
    }
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
    .filter(pair => pair[1]).slice(0, pattern ? 1 : undefined);
  const take = ([node, [text]]) => {
    const element = node.ownerElement || (node.nodeType === 3 ? node.parentElement : node);
    if (element.localName === 'script') piece('text/plain', text);
    else keep(element, node.nodeType === 2 ? node.name : '');
  };
  const metas = ('og:url og:title og:description description' + (site.meta || '')).split(' ')
    .map(name => '//meta[@property=$ or @name=$ or @itemprop=$]/@content'
      .replace(/\$/g, '"' + name + '"')).join('|');
  const texts = [["/html/@lang|//link[@rel='canonical']/@href|" + metas]]
    .concat(listed(site.texts, text => [].concat(text)));
  for (const text of texts) seen(document, text).forEach(take);
  for (const [each, cells] of site.rows || []) for (const row of find(document, each)) {
    const found = [].concat(...cells.map(cell => seen(row, [].concat(cell))));
    if (found.some(([node, match]) => String(match[1] || node.value && match[0]).split('/')
      .some(posts[0] ? word => posts.includes(word) : isWhose))) {
      keep(row);
      found.forEach(take);
    }
  }
  const literals = xpath => (xpath.match(/'[^']+'|"[^"]+"/g) || [])
    .map(text => text.slice(1, -1).trim()).filter(Boolean);
  const said = new Map(); // element → words that an XPath looks for in it; else: that it has any
  for (const node of find(document, site.marks)) {
    const element = node.ownerElement || node, text = element.textContent;
    const told = literals(spelt(site.marks)).filter(word => text.includes(word)).join(' ');
    if (element.localName === 'script') piece('text/plain', told, element.id);
    else { keep(element, node.name); said.set(element, told || (text.trim() && '+')); }
  }

  // Written are the attributes taken, and those that an XPath looks at: of addresses and contents
  // only the words that it looks for.
  const paths = spelt([texts, site.marks, site.rows]);
  const looked = literals(paths).sort((a, b) => b.length - a.length);
  const attributes = element => listed(element.attributes, attribute => {
    const name = attribute.name, value = attribute.value, whole = kept.get(element).has(name);
    const word = paths.includes('@' + name) && looked.find(text => value.includes(text));
    return whole || word ? ' ' + name + '="'
      + escape(whole || !/^(href|content|action)$/.test(name) ? value : word) + '"' : '';
  }).join('');
  const inside = (element, whole) => listed(element.childNodes, node =>
    kept.has(node) ? write(node, whole)
      : whole && !/^(script|style|#comment)$/i.test(node.nodeName) ? escape(node.textContent) : '')
    .join('') + (whole ? '' : escape(said.get(element) || ''));
  const write = (element, whole) => element.localName === 'title' ? ''
    : '<' + element.localName + attributes(element) + '>'
      + inside(element, whole || kept.get(element).has('')) + '</' + element.localName + '>\n';
  const [root, head, body] = find(document, '/*|/*/head|/*/body'); // whatever is called "body"
  keep(head);
  keep(body);

  // A title may tell of your messages: it is taken if it names the account, or is a wall's.
  const title = document.title.replace(/^\(\d+\+?\)\s*/, '');
  const known = whose.some(word => title.toLowerCase().includes('@' + word))
    || listed(site.walls).some(wall => wall.test(title));

  const time = new Date(performance.timeOrigin).toISOString().replace(/\.\d+/, ''); // of the data
  const address = here.origin + here.pathname + asked(here)
    .map((pair, i) => (i ? '&' : '?') + pair.map(encodeURIComponent).join('=')).join('');
  const page = '<!DOCTYPE html>\n<!-- saved from url=(' + address.length + ')' + address + ' -->\n<!-- sheetsync saver ' + time + ' -->\n'
    + '<html' + attributes(root) + '><head><meta charset="utf-8">\n'
    + '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'">\n'
    + '<title>' + (known ? escape(title) : title.includes('(@') ? '(@_)' : '') // of another account
    + '</title>\n' + inside(head) + '</head><body>\n' + inside(body)
    + pieces + '</body></html>\n';
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([page], {type: 'text/html'}));
  link.download = ['sheetsync', here.hostname.replace(/^www\./, ''), whose.join('-').slice(0, 80),
    time.replace(/[-:]/g, '')].join('-').replace(/[^\w.-]/g, '_') + '.html';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
});
