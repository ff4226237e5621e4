import { useCallback } from "react";
import type { AccessGrant } from "../../../api/types";
import { useT } from "../../../i18n/useT";
import { useActionName, useObjectName } from "../words";

/** A grant in one line: of what, how far, which actions, and how many fields differ from the others. */
export function useGrantWords(): (grant: AccessGrant) => string {
  const t = useT();
  const actionName = useActionName();
  const objectName = useObjectName();
  return useCallback(
    ({ object, scope, actions, fields, other_fields: others }) => {
      const own = Object.keys(fields).length;
      return t("access-grant-words", {
        object: objectName(object),
        scope: t(`scope-${scope}`),
        actions: actions.map(actionName).join(t("list-separator")),
        fields: t(`access-field-${others}`),
        own,
      });
    },
    [t, actionName, objectName],
  );
}
