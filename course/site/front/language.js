// Which language the visitor reads: what the address asks for, else what was chosen before, else
// what the browser prefers. It runs before the page is drawn.
(() => {
  const KEY = "alembic-course:lang";
  const address = new URL(location.href);
  const links = [...document.querySelectorAll("link[hreflang]")];
  const known = links.map((link) => link.hreflang);

  function kept() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  }

  const asked = address.searchParams.get("lang");
  if (asked !== null) {
    try {
      localStorage.setItem(KEY, asked);
    } catch {
      // Then it is asked for again at the next visit.
    }
    address.searchParams.delete("lang");
    history.replaceState(null, "", address);
  }
  const preferred = navigator.languages.map((one) => one.slice(0, 2));
  const mine = document.documentElement.lang;
  const wanted = [asked ?? kept(), ...preferred, known[known.length - 1]];
  const chosen = wanted.find((lang) => known.includes(lang));
  const isEntrance = document.documentElement.dataset.entrance !== undefined;
  if (isEntrance && asked === null && chosen !== mine) {
    location.replace(links.find((link) => link.hreflang === chosen).href);
  }
})();
