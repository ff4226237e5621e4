/** Where the page that a SAML provider posts to keeps the answer for the page of this site; it names it so, too. */
const KEY = "custos.saml";

export interface SamlAnswer {
  state: string;
  response: string;
}

/** The answer a provider's page has posted, if there is one. */
export function keptSamlAnswer(): SamlAnswer | null {
  try {
    const answer: unknown = JSON.parse(window.sessionStorage.getItem(KEY) ?? "null");
    if (typeof answer !== "object" || answer === null) return null;
    const { state, response } = answer as Partial<Record<keyof SamlAnswer, unknown>>;
    return typeof state === "string" && typeof response === "string" ? { state, response } : null;
  } catch {
    return null;
  }
}

/** It is good for one use. */
export function forgetSamlAnswer(): void {
  window.sessionStorage.removeItem(KEY);
}
