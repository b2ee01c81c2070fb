/* A view: the sections that Python sends, in a shadow root of their own.
 *
 *   const view = new View(host, send);
 *   view.show(message);
 *
 * All HTML comes from Python, and so do the words: this file places, keeps and hears.
 *
 * Messages that `show` takes:
 *   {type: "view", lang, title, style, words: {as_text}, sections: [{name, label, html, text, open}]}
 *       with `more`, something is still being drawn: `{type: "more"}` is sent for it, and the
 *       sections that wait for it are `stale`
 *   {type: "note", lang, text}    instead of the sections: they no longer hold
 *   {type: "error", text}         above the sections, which stay
 *
 * `send(message)` gives a promise of the next message. It is called with
 *   {type: "act", act, …dataset, …fields}
 * for a click, Enter or Space on an element with `data-act`, for a form with `data-act` when it is
 * submitted (fields are the form's), and for a key that an element names as `data-shortcut`.
 *
 * `data-key` names an element across updates: it keeps the focus, and an input what was typed.
 * `data-list` holds elements with `data-act` among which the arrow keys move.
 */

const STYLE = `
:host { display: block; height: 100%; background: var(--paper, Canvas); color: var(--ink, CanvasText);
  font: 13px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Apple SD Gothic Neo',
    'Malgun Gothic', 'Noto Sans CJK KR', sans-serif; }
:host([data-scheme=dark]) { color-scheme: dark; }
:host([data-scheme=light]) { color-scheme: light; }
*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }
.view { height: 100%; overflow: auto; padding: 10px 10px 24px; position: relative; }
.progress { position: sticky; top: -10px; left: 0; height: 2px; margin: -10px -10px 8px; z-index: 1; }
[aria-busy=true] .progress { background: linear-gradient(90deg, transparent, var(--accent), transparent)
  0 0 / 40% 100% no-repeat; animation: run 1s .15s linear infinite both; }
[aria-busy=true] .sections { cursor: progress; }
@keyframes run { from { background-position: -60% 0; } to { background-position: 160% 0; } }
.alert { border-left: 3px solid var(--warn); background: var(--panel); padding: 8px 12px;
  margin: 0 0 10px; border-radius: 4px; white-space: pre-wrap; overflow-wrap: anywhere; }
.note { color: var(--muted); max-width: 46em; padding: 10px 2px; white-space: pre-wrap; }
section { margin: 0 0 14px; }
header { display: flex; align-items: baseline; gap: 8px; }
h2 { font: inherit; margin: 0; flex: 1; min-width: 0; }
header button { font: inherit; color: inherit; background: none; border: 0; border-radius: 5px;
  padding: 3px 6px; margin: 0; cursor: pointer; text-align: left; }
header button:hover { background: var(--panel); }
h2 button { font-weight: 600; }
h2 button::before { content: '▾'; display: inline-block; width: 1.1em; color: var(--muted); }
h2 button[aria-expanded=false]::before { content: '▸'; }
header .as-text { color: var(--muted); font-size: 12px; }
header .as-text[aria-pressed=true] { color: var(--accent); }
.body { overflow: auto; padding: 4px 1px; }
.body > svg { display: block; height: auto; max-width: 100%; overflow: visible; }
.text { margin: 4px 0; padding: 10px 12px; overflow: auto; background: var(--panel); border-radius: 6px;
  font: 12px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono',
    'Noto Sans Mono CJK KR', monospace; }
.changed { animation: changed .9s ease-out; }
@keyframes changed { from { background: var(--glow); } }
[data-act]:not(form) { cursor: pointer; }
.view:focus { outline: none; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
@media (prefers-reduced-motion: reduce) { .changed, [aria-busy=true] .progress { animation: none; } }
`;

/** How far a wide picture is scaled down before it scrolls. */
const SMALLEST = 0.64;

const NEXT = ['ArrowDown', 'ArrowRight'];
const PREVIOUS = ['ArrowUp', 'ArrowLeft'];
const ENDS = ['Home', 'End'];

const isTyping = element =>
  Boolean(element?.matches('textarea, select, input:not([type=radio], [type=checkbox])'));

export class View {
  /** Take the element to fill, and what sends a message and gives a promise of the answer. */
  constructor(host, send) {
    this.host = host;
    this.send = send;
    this.opened = new Map();
    this.asText = new Set();
    this.isBusy = false;
    this.waiting = 0;
    this.turn = 0;
    this.root = host.attachShadow({ mode: 'open' });
    this.root.innerHTML = `<style>${STYLE}</style><style class="pictures"></style>
      <div class="view" aria-busy="false" tabindex="-1"><div class="progress"></div>
      <div class="alert" role="alert" hidden></div><p class="note" role="status" hidden></p>
      <div class="sections"></div></div>`;
    this.pictures = this.root.querySelector('.pictures');
    this.frame = this.root.querySelector('.view');
    this.alert = this.root.querySelector('.alert');
    this.note = this.root.querySelector('.note');
    this.sections = this.root.querySelector('.sections');
    this.root.addEventListener('click', event => this._clicked(event));
    this.root.addEventListener('submit', event => this._submitted(event));
    this.root.addEventListener('keydown', event => this._pressed(event));
    this._followTheme();
  }

  /** Show a message: a view, a note in its place, or an error above it. */
  show(message) {
    if (message.type === 'error') {
      this._say(message.text);
      return;
    }
    this._say('');
    this.host.lang = message.lang;
    this.note.hidden = message.type !== 'note';
    this.sections.hidden = message.type === 'note';
    if (message.type === 'note') {
      this.note.textContent = message.text;
      return;
    }
    if (message.style !== undefined && this.pictures.textContent !== message.style) {
      this.pictures.textContent = message.style;
    }
    this.words = message.words ?? {};
    this._keeping(() => this._fill(message.sections));
    if (message.more) void this._more();
  }

  /** Take a key that was pressed elsewhere on the page as one pressed here. */
  pressed(event) {
    this._pressed(event);
  }

  /** Let go of what listens outside of the host. */
  dispose() {
    this.themes.disconnect();
    this.scheme.removeEventListener('change', this.paint);
  }

  _say(words) {
    this.alert.textContent = words;
    this.alert.hidden = !words;
  }

  _followTheme() {
    this.scheme = matchMedia('(prefers-color-scheme: dark)');
    this.paint = () => {
      const light = document.body.dataset.jpThemeLight;
      const dark = light === undefined ? this.scheme.matches : light === 'false';
      this.host.dataset.scheme = dark ? 'dark' : 'light';
    };
    this.themes = new MutationObserver(this.paint);
    this.themes.observe(document.body, { attributeFilter: ['data-jp-theme-light'] });
    this.scheme.addEventListener('change', this.paint);
    this.paint();
  }

  /* ---- sections ---- */

  _fill(sections) {
    const there = new Map([...this.sections.children].map(node => [node.dataset.name, node]));
    const nodes = sections.map(section => {
      const node = there.get(section.name) ?? this._newSection(section.name);
      this._fillSection(node, section, there.has(section.name));
      return node;
    });
    for (const node of this.sections.children) {
      if (!nodes.includes(node)) node.remove();
    }
    nodes.forEach((node, place) => {
      if (this.sections.children[place] !== node) {
        this.sections.insertBefore(node, this.sections.children[place] ?? null);
      }
    });
  }

  _newSection(name) {
    const node = document.createElement('section');
    node.dataset.name = name;
    node.innerHTML = `<header><h2><button class="fold" type="button"></button></h2>
      <button class="as-text" type="button"></button></header>
      <div class="body"></div><pre class="text" tabindex="0"></pre>`;
    node.querySelector('.fold').addEventListener('click', () => {
      this.opened.set(name, !this._isOpen(node));
      this._arrange(node);
    });
    node.querySelector('.as-text').addEventListener('click', () => {
      if (!this.asText.delete(name)) this.asText.add(name);
      this.opened.set(name, true);
      this._arrange(node);
    });
    return node;
  }

  _fillSection(node, section, wasThere) {
    const body = node.querySelector('.body');
    node.querySelector('.fold').textContent = section.label;
    node.querySelector('.as-text').textContent = this.words.as_text ?? '';
    node.querySelector('.as-text').hidden = !section.text;
    node.querySelector('.text').textContent = section.text ?? '';
    node.dataset.open = section.open !== false;
    node.dataset.stale = Boolean(section.stale);
    if (body.source !== section.html) {
      body.source = section.html;
      body.innerHTML = section.html;
      for (const picture of body.querySelectorAll(':scope > svg')) {
        picture.style.minWidth = `${picture.viewBox.baseVal.width * SMALLEST}px`;
      }
      if (wasThere) {
        body.classList.remove('changed');
        void body.offsetWidth; // starts the animation anew
        body.classList.add('changed');
      }
    }
    this._arrange(node);
  }

  _isOpen(node) {
    return this.opened.get(node.dataset.name) ?? node.dataset.open === 'true';
  }

  _arrange(node) {
    const isOpen = this._isOpen(node);
    const text = node.querySelector('.text');
    const asText = this.asText.has(node.dataset.name) && text.textContent !== '';
    node.querySelector('.fold').setAttribute('aria-expanded', isOpen);
    node.querySelector('.as-text').setAttribute('aria-pressed', asText);
    node.querySelector('.body').hidden = !isOpen || asText;
    text.hidden = !isOpen || !asText;
  }

  /** Change the page and keep focus, scroll and what is being typed. */
  _keeping(change) {
    const active = this.root.activeElement;
    const key = active?.dataset.key ?? active?.closest('[data-key]')?.dataset.key;
    const typed = new Map();
    for (const input of this.root.querySelectorAll('input[data-key], textarea[data-key]')) {
      if (input.value !== input.defaultValue) typed.set(input.dataset.key, input.value);
    }
    const selection = isTyping(active) ? [active.selectionStart, active.selectionEnd] : null;
    const scrolls = [this.frame, ...this.root.querySelectorAll('.body, [data-key]')]
      .filter(node => node.scrollTop || node.scrollLeft)
      .map(node => [this._path(node), node.scrollTop, node.scrollLeft]);
    change();
    for (const [name, value] of typed) {
      const input = this._byKey(name);
      if (input) input.value = value;
    }
    for (const [path, top, left] of scrolls) {
      const node = this._at(path);
      if (node) [node.scrollTop, node.scrollLeft] = [top, left];
    }
    if (active && !active.isConnected && key !== undefined) {
      const again = this._byKey(key);
      again?.focus({ preventScroll: true });
      if (again && selection && isTyping(again)) again.setSelectionRange(...selection);
    }
  }

  _byKey(key) {
    return this.root.querySelector(`[data-key="${CSS.escape(key)}"]`);
  }

  _path(node) {
    if (node === this.frame) return { frame: true };
    if (node.dataset.key !== undefined) return { key: node.dataset.key };
    return { section: node.closest('section')?.dataset.name };
  }

  _at(path) {
    if (path.frame) return this.frame;
    if (path.key !== undefined) return this._byKey(path.key);
    return this.sections.querySelector(`section[data-name="${CSS.escape(path.section)}"] .body`);
  }

  /* ---- acts ---- */

  async _act(element, fields = {}) {
    if (this.isBusy) return;
    this.isBusy = true;
    this.turn += 1;
    const { key: _key, shortcut: _shortcut, list: _list, ...values } = element.dataset;
    try {
      const message = await this._ask({ type: 'act', ...values, ...fields });
      if (message) this.show(message);
    } catch (error) {
      this._say(error.message ?? String(error));
    } finally {
      this.isBusy = false;
    }
  }

  /** Ask for what a message lacks yet; another act may come before the answer. */
  async _more() {
    const { turn } = this;
    try {
      const message = await this._ask({ type: 'more' });
      if (message && turn === this.turn) this.show(message);
    } catch (error) {
      this._say(error.message ?? String(error));
    }
  }

  async _ask(message) {
    this._wait(1);
    try {
      return await this.send(message);
    } finally {
      this._wait(-1);
    }
  }

  _wait(change) {
    this.waiting += change;
    this.frame.setAttribute('aria-busy', this.waiting > 0);
  }

  _clicked(event) {
    const element = event.target.closest('[data-act]:not(form)');
    if (!element || element.disabled || element.ariaDisabled === 'true') return;
    event.preventDefault();
    element.focus({ preventScroll: true });
    void this._act(element);
  }

  _submitted(event) {
    const form = event.target.closest('form[data-act]');
    if (!form) return;
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(form, event.submitter));
    for (const input of form.querySelectorAll('[data-key]')) input.defaultValue = input.value;
    // The next key is a shortcut again, and no letter.
    this._leave();
    void this._act(form, fields);
  }

  _pressed(event) {
    const element = event.target;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const acting = element.closest('[data-act]:not(form)');
    if (acting && ['Enter', ' '].includes(event.key) && !element.matches('button, a[href], input')) {
      event.preventDefault();
      this._clicked(event);
    } else if (acting && !isTyping(element)) {
      this._move(event, acting);
    }
    if (isTyping(element) && event.key === 'Escape') this._leave();
    if (!event.defaultPrevented && !isTyping(element)) this._shortcut(event);
  }

  _leave() {
    this.frame.focus({ preventScroll: true });
  }

  _move(event, element) {
    const place = element.closest('[data-list]') ?? element.closest('section');
    const rows = [...(place?.querySelectorAll('[data-act]:not(form)') ?? [])];
    const here = rows.indexOf(element);
    let next = here;
    if (NEXT.includes(event.key)) next = Math.min(here + 1, rows.length - 1);
    else if (PREVIOUS.includes(event.key)) next = Math.max(here - 1, 0);
    else if (ENDS.includes(event.key)) next = event.key === 'Home' ? 0 : rows.length - 1;
    else return;
    event.preventDefault();
    rows[next]?.focus();
  }

  _shortcut(event) {
    const element = this.root.querySelector(`[data-shortcut="${CSS.escape(event.key)}"]`);
    if (!element || element.disabled || element.closest('[hidden]')) return;
    event.preventDefault();
    if (isTyping(element)) element.focus();
    else void this._act(element);
  }
}
