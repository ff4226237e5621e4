import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Alert, Form } from "antd";
import { api, body } from "../../../api/client";
import type { FieldInfo } from "../../../api/types";
import { useFormat } from "../../../i18n/useFormat";
import { useT } from "../../../i18n/useT";
import { useDebounced } from "../../../ui/useDebounced";
import { useFieldLabel } from "../../fields/fields";
import { type FormValues, filledFields } from "../../fields/formValues";

/** The fields by which two records can be recognised as one customer. */
const TELLING = ["name", "uscc", "phone", "landline", "email", "wechat", "id_number"];
const REST_MS = 500;

/** Says while one types whether the customer is already there. Of customers one may not see, only that there is one. */
export function DuplicateNotice({ fields }: { fields: FieldInfo[] }) {
  const t = useT();
  const label = useFieldLabel();
  const format = useFormat();
  const form = Form.useFormInstance<FormValues>();
  const values = useDebounced(Form.useWatch<FormValues>([], form), REST_MS);
  const telling = filledFields(
    fields.filter(({ name }) => TELLING.includes(name)),
    values ?? {},
  );
  const asked = Object.keys(telling).length > 0;
  const { data } = useQuery({
    queryKey: ["duplicate-check", telling],
    enabled: asked,
    gcTime: 0,
    retry: false,
    queryFn: ({ signal }) =>
      body(api.POST("/customers/duplicate-check", { signal, body: { fields: telling } })),
  });
  if (!asked || data === undefined || data.matches.length === 0) return null;
  return (
    <Alert
      type="warning"
      showIcon
      className="form-alert"
      title={t("duplicates-found", { count: data.matches.length })}
      description={
        <ul>
          {data.matches.map((match, at) => {
            const on = t("duplicates-on", { fields: format.list(match.on.map(label)) });
            return (
              // Matches one may not see have nothing to tell them apart.
              // biome-ignore lint/suspicious/noArrayIndexKey: the list is replaced as a whole.
              <li key={at}>
                {match.id != null && match.name != null ? (
                  <Link to="/customers/$id" params={{ id: match.id }} target="_blank">
                    {match.name}
                  </Link>
                ) : match.owner?.name == null ? (
                  t("duplicates-hidden")
                ) : (
                  t("duplicates-hidden-ask", { name: match.owner.name })
                )}{" "}
                <span className="soft">{on}</span>
              </li>
            );
          })}
        </ul>
      }
    />
  );
}
