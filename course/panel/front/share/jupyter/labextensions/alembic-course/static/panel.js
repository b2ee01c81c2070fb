/* The panel beside the notebook, in JupyterLab and Notebook 7.
 *
 * Written by hand: a module-federation container that takes what it needs from the share scope.
 * The kernel opens a comm (course/panel/channel.py) for each kind of panel; this file shows what
 * comes through it in one panel of that kind, which follows the current notebook.
 */
(() => {
  const NAME = 'alembic-course';
  const TARGET = 'alembic-course-panel';
  const HERE = new URL('.', document.currentScript.src);
  const START_PAGE = /(^|\/)start\.md$/;
  const AREA = 'right';

  /** Pixels that the four parts want, and that a notebook keeps for itself. */
  const WIDE = 900;
  const NARROW = 500;

  /** Something that outlives a reload of the page and ends with its tab.
   *
   * A page that came by plain HTTP from another machine has no `randomUUID`.
   */
  const CLIENT = (sessionStorage[`${NAME}:client`] ??=
    crypto.randomUUID?.() ?? Math.random().toString(36).slice(2));
  const closed = {
    has: kind => sessionStorage[`${NAME}:closed:${kind}`] === 'yes',
    set: (kind, value) => { sessionStorage[`${NAME}:closed:${kind}`] = value ? 'yes' : 'no'; }
  };

  let scope;
  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB[NAME] = {
    init: shared => { scope = shared; },
    get: async () => {
      const [notebook, widgets, viewer] = await Promise.all(
        ['@jupyterlab/notebook', '@lumino/widgets', '@jupyterlab/markdownviewer'].map(shared)
      );
      const plugin = {
        id: `${NAME}:panel`,
        autoStart: true,
        requires: [notebook.INotebookTracker],
        optional: viewer ? [viewer.IMarkdownViewerTracker] : [],
        activate: (app, notebooks, previews) =>
          new Desk(app, notebooks, previews ?? null, panelClass(widgets.Widget))
      };
      return () => ({ __esModule: true, default: plugin });
    }
  };

  async function shared(name) {
    const versions = Object.values(scope[name] ?? {});
    const version = versions.find(one => one.loaded) ?? versions[0];
    return version && (await version.get())();
  }

  /** A panel: a widget around a view. */
  const panelClass = Widget => class extends Widget {
    constructor(desk, kind) {
      super();
      this.desk = desk;
      this.kind = kind;
      this.id = `${NAME}-${kind}`;
      this.title.closable = true;
      this.ready = import(new URL('view.js', HERE)).then(
        ({ View }) => new View(this.node, message => this.desk.act(this, message))
      );
      this.ready.catch(error => { this.node.textContent = String(error); });
    }

    async display(message) {
      if (message.title) {
        this.title.label = message.title;
        this.title.caption = message.title;
      }
      (await this.ready).show(message);
    }

    onCloseRequest(message) {
      super.onCloseRequest(message);
      this.desk.closed(this);
      this.dispose();
    }

    dispose() {
      if (!this.isDisposed) void this.ready.then(view => view.dispose());
      super.dispose();
    }
  };

  /** The channels of one notebook's kernel, by kind. */
  class Follower {
    constructor(desk, notebook) {
      this.desk = desk;
      this.notebook = notebook;
      this.channels = new Map();
      const session = notebook.sessionContext;
      session.kernelChanged.connect((_, change) => this.attach(change.newValue));
      session.statusChanged.connect((_, status) => {
        if (['restarting', 'autorestarting'].includes(status)) this.restarted();
      });
      session.connectionStatusChanged.connect((_, status) => {
        if (status === 'connected') this.channels.forEach(channel => channel.hello());
      });
      notebook.disposed.connect(() => this.leave());
      if (session.session?.kernel) void this.attach(session.session.kernel);
    }

    /** Hear what the kernel opens, and find what it had opened before this page was loaded. */
    async attach(kernel) {
      if (this.kernel === kernel) return;
      this.restarted();
      this.kernel = kernel;
      if (!kernel) return;
      kernel.registerCommTarget(TARGET, comm => this.open(comm));
      const reply = await kernel.requestCommInfo({ target_name: TARGET });
      if (kernel !== this.kernel || reply.content.status !== 'ok') return;
      for (const id of Object.keys(reply.content.comms)) {
        if (!kernel.hasComm(id)) this.open(kernel.createComm(TARGET, id));
      }
    }

    open(comm) {
      const channel = new Channel(this, comm);
      this.channels.set(channel.kind, channel);
      channel.hello();
    }

    /** Say in panels that show this notebook that what they showed no longer holds. */
    restarted() {
      for (const channel of this.channels.values()) channel.ended();
      this.channels.clear();
    }

    leave() {
      this.restarted();
      this.desk.left(this);
    }
  }

  /** One comm of a kernel, for the kind of panel that its id begins with. */
  class Channel {
    constructor(follower, comm) {
      [this.kind] = comm.commId.split(':');
      this.follower = follower;
      this.desk = follower.desk;
      this.comm = comm;
      this.waiting = new Map();
      this.number = 0;
      this.message = null;
      comm.onMsg = ({ content }) => this.heard(content.data);
      comm.onClose = () => {
        if (this.follower.channels.get(this.kind) === this) this.follower.channels.delete(this.kind);
      };
    }

    /** Tell the kernel that somebody is here, and whether the panel is shown. */
    hello() {
      const shown = !closed.has(this.kind);
      this.comm.send({ type: 'hello', client: CLIENT, shown });
    }

    async act(message) {
      const id = `${CLIENT}:${this.number++}`;
      const answer = new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
      this.comm.send({ ...message, id });
      return answer;
    }

    heard(message) {
      const { answers } = message;
      if (message.type === 'view') this.message = message;
      if (message.type === 'passed') return this.desk.passed();
      if (message.type === 'open') {
        closed.set(this.kind, false);
        this.hello();
        return this.desk.present(this, true);
      }
      if (answers !== undefined && this.waiting.has(answers)) {
        this.waiting.get(answers).resolve(message);
        this.waiting.delete(answers);
        return undefined;
      }
      return this.desk.present(this, false, message);
    }

    /** The kernel knows nothing of this channel any more. */
    ended() {
      const text = this.message?.words?.restarted ?? '';
      for (const { reject } of this.waiting.values()) reject(new Error(text));
      this.waiting.clear();
      if (this.message && this.desk.shows(this)) {
        const { lang, title } = this.message;
        void this.desk.panels.get(this.kind).display({ type: 'note', lang, title, text });
      }
    }
  }

  /** All panels of this window: one a kind. */
  class Desk {
    constructor(app, notebooks, previews, Panel) {
      Object.assign(this, { app, notebooks, previews, Panel });
      this.panels = new Map();
      this.followers = new Map();
      notebooks.widgetAdded.connect((_, notebook) => this.follow(notebook));
      notebooks.forEach(notebook => this.follow(notebook));
      notebooks.currentChanged.connect((_, notebook) => this.turn(notebook));
      app.serviceManager.contents.fileChanged.connect((_, change) => this.saved(change));
    }

    follow(notebook) {
      this.followers.set(notebook, new Follower(this, notebook));
    }

    /** Another notebook is the current one: panels show what is known of it. */
    turn(notebook) {
      const follower = this.followers.get(notebook);
      for (const channel of follower?.channels.values() ?? []) {
        if (channel.message) void this.present(channel, false, channel.message);
      }
    }

    /** Tell whether a panel shows this channel. */
    shows(channel) {
      return this.panels.get(channel.kind)?.channel === channel;
    }

    /** Show a message of a channel in its kind's panel, if its notebook is the current one. */
    async present(channel, force, message = channel.message) {
      const current = this.notebooks.currentWidget;
      const there = this.panels.get(channel.kind);
      if (!force && current && current !== channel.follower.notebook && there) return;
      if (!force && closed.has(channel.kind)) return;
      const panel = there ?? this.dock(channel);
      panel.channel = channel;
      if (force) this.reveal(panel);
      if (message) await panel.display(message);
    }

    dock(channel) {
      const panel = new this.Panel(this, channel.kind);
      this.panels.set(channel.kind, panel);
      void this.app.restored.then(() => {
        if (panel.isDisposed) return;
        const { shell } = this.app;
        const other = [...this.panels.values()].find(one => one !== panel && one.isAttached);
        if (isLab(shell)) {
          const where = other
            ? { mode: 'tab-after', ref: other.id }
            : { mode: 'split-right', ref: channel.follower.notebook.id };
          shell.add(panel, 'main', { ...where, activate: false });
          requestAnimationFrame(() => widen(panel, channel.follower.notebook));
        } else {
          shell.add(panel, AREA);
          this.reveal(panel);
          requestAnimationFrame(() => widenArea(panel));
        }
      });
      return panel;
    }

    reveal(panel) {
      void this.app.restored.then(() => {
        if (!isLab(this.app.shell)) this.app.shell.expandRight?.(panel.id);
        if (!panel.isVisible) this.app.shell.activateById(panel.id);
      });
    }

    act(panel, message) {
      return panel.channel.act(message);
    }

    /** The learner closed a panel: it stays closed until the kernel asks for it. */
    closed(panel) {
      closed.set(panel.kind, true);
      this.panels.delete(panel.kind);
      for (const follower of this.followers.values()) {
        const channel = follower.channels.get(panel.kind);
        channel?.comm.send({ type: 'closed', client: CLIENT });
      }
    }

    /** A notebook was closed: so are the panels that showed it. */
    left(follower) {
      this.followers.delete(follower.notebook);
      for (const [kind, panel] of this.panels) {
        if (panel.channel.follower !== follower) continue;
        this.panels.delete(kind);
        panel.dispose();
      }
    }

    /** A file has changed in JupyterLab: kernels that do not see its disk hear it from here. */
    saved({ newValue, oldValue }) {
      if ((newValue ?? oldValue)?.path?.endsWith('.ipynb')) return;
      for (const { channels } of this.followers.values()) {
        if (!closed.has('live')) channels.get('live')?.comm.send({ type: 'saved' });
      }
    }

    /** An exercise was passed: previews of the start page read it again. */
    passed() {
      this.previews?.forEach(preview => {
        if (START_PAGE.test(preview.context.path)) void preview.context.revert();
      });
    }
  }

  /** Give a docked panel room for the four parts side by side, as far as the notebook allows. */
  function widen(panel, notebook) {
    const dock = panel.parent;
    const left = panel.node.offsetLeft;
    const missing = Math.min(WIDE - panel.node.offsetWidth, notebook.node.offsetWidth - NARROW);
    if (!dock?.layout?.moveHandle || missing <= 0) return;
    for (const handle of dock.handles()) {
      const isBetween = Math.abs(handle.offsetLeft + handle.offsetWidth - left) < 2;
      if (handle.dataset.orientation === 'horizontal' && isBetween) {
        dock.layout.moveHandle(handle, handle.offsetLeft - missing, handle.offsetTop);
        return;
      }
    }
  }

  /** The same in an area beside the only document. */
  function widenArea(panel) {
    let split = panel.parent;
    while (split && !split.setRelativeSizes) split = split.parent;
    if (!split) return;
    const whole = split.node.offsetWidth;
    const share = Math.min(WIDE, whole - NARROW) / whole;
    const others = split.relativeSizes().slice(0, -1);
    const sum = others.reduce((total, size) => total + size, 0);
    if (share <= 0 || sum <= 0) return;
    split.setRelativeSizes([...others.map(size => (size / sum) * (1 - share)), share]);
  }

  /** JupyterLab has several documents side by side; Notebook 7 has one, and areas around it. */
  const isLab = shell => shell.mode !== undefined;
})();
