const PLACEHOLDER = "__CSP_NONCE__";

/** The nonce the server wrote into this page; undefined under the development server, which sends no policy. */
export function readNonce(): string | undefined {
  const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content;
  return nonce === undefined || nonce === "" || nonce === PLACEHOLDER ? undefined : nonce;
}

/**
 * Gives every style element made by script the page's nonce. The component library does so for its themes but not for
 * the small rules it writes to measure a scroll bar or to lock the page behind a dialog, nor for those that some of its
 * pictures have inside.
 */
export function nonceForStyles(nonce: string): void {
  const create = document.createElement.bind(document);
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const element = create(name, options);
    if (element instanceof HTMLStyleElement) element.nonce = nonce;
    return element;
  }) as typeof document.createElement;
  const createNS = document.createElementNS.bind(document);
  document.createElementNS = ((space: string | null, name: string, options?: ElementCreationOptions) => {
    const element = createNS(space, name, options);
    if (element instanceof SVGStyleElement) element.nonce = nonce;
    return element;
  }) as typeof document.createElementNS;
}
