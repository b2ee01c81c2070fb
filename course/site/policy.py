"""The Content-Security-Policy of the site's pages: nothing but the site itself is asked."""

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
}
LAB = {
    **POLICY,
    # Pyodide compiles WebAssembly. JupyterLab compiles the schemas of its settings (Ajv, by
    # `new Function`), and Pyodide what Python calls of JavaScript: both need eval.
    "script-src": "'self' 'wasm-unsafe-eval' 'unsafe-eval'",
    # JupyterLab and its editor put style elements into the page; outputs have styles of their own.
    "style-src": "'self' 'unsafe-inline'",
    "font-src": "'self' data:",
}
"""What JupyterLab's page and its workers need beyond that; still no script from anywhere else."""


def policy(sources: dict[str, str]) -> str:
    """Give a policy as a page's meta element has it, or a server's header."""
    return "; ".join(f"{name} {source}" for name, source in sources.items())
