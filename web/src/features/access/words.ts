import { useCallback, useMemo } from "react";
import type { AccessConfiguration } from "../../api/types";
import { useT } from "../../i18n/useT";

const ACTION = (code: string) => `access-action-${code}`;
const OBJECT = (code: string) => `access-object-${code}`;
const FIELD = (code: string) => `field-${code}`;
const ROLE = (code: string) => `role-${code}`;

/** The words for codes of one kind; a code without words is shown as it is. */
function useName(idOf: (code: string) => string): (code: string) => string {
  const t = useT();
  return useCallback((code) => (t.has(idOf(code)) ? t(idOf(code)) : code), [t, idOf]);
}

/** What an action is called. The log names it behind the kind of record it was done with. */
export function useActionName(): (action: string) => string {
  const name = useName(ACTION);
  return useCallback((action) => name(action.slice(action.lastIndexOf(".") + 1)), [name]);
}

export function useObjectName(): (object: string) => string {
  return useName(OBJECT);
}

export function useFieldName(): (field: string) => string {
  return useName(FIELD);
}

/** What a role is called, built in or the organisation's own. */
export function useRoleName(configuration: AccessConfiguration | undefined): (role: string) => string {
  const builtIn = useName(ROLE);
  const own = useMemo(() => new Map(configuration?.roles.map(({ id, name }) => [id, name])), [configuration]);
  return useCallback((role) => own.get(role) ?? builtIn(role), [own, builtIn]);
}
