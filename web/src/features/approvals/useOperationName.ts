import { useCallback } from "react";
import { useT } from "../../i18n/useT";

/** What an operation is called; one without words is shown by its id. */
export function useOperationName(): (operation: string) => string {
  const t = useT();
  return useCallback(
    (operation) => {
      const id = `approval-operation-${operation}`;
      return t.has(id) ? t(id) : operation;
    },
    [t],
  );
}
