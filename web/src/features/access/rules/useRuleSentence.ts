import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import type { AccessConfiguration, AccessRuleForm } from "../../../api/types";
import { useT } from "../../../i18n/useT";
import { departmentsQuery } from "../../admin/admin";
import { useActionName, useFieldName, useObjectName, useRoleName } from "../words";
import { ruleSentence } from "./sentence";

export function useRuleSentence(configuration: AccessConfiguration): (form: AccessRuleForm) => string {
  const t = useT();
  const action = useActionName();
  const field = useFieldName();
  const object = useObjectName();
  const role = useRoleName(configuration);
  const { data } = useQuery(departmentsQuery);
  return useCallback(
    (form) => {
      const department = (id: string) => data?.items.find((one) => one.id === id)?.name ?? id;
      return ruleSentence(form, t, { action, field, object, role, department });
    },
    [t, action, field, object, role, data],
  );
}
