import { LockOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";
import type { Customer, FieldInfo } from "../../../api/types";
import { useT } from "../../../i18n/useT";
import { FieldText } from "../fields/FieldText";
import { bySection, isMasked, useFieldLabel } from "../fields/fields";
import { customerName, mayReveal } from "../list/columns";
import { revealCustomerField } from "../reveal/disclosures";
import { SecretValue } from "../reveal/SecretValue";

/** Everything known about a customer, in sections. Empty fields wait until they are asked for. */
export function FieldSections({ customer, fields }: { customer: Customer; fields: FieldInfo[] }) {
  const t = useT();
  const label = useFieldLabel();
  const [all, setAll] = useState(false);
  const visible = fields.filter(({ name, access }) => access !== "hidden" && name !== "name");
  const shown = all ? visible : visible.filter(({ name }) => customer.fields[name] !== undefined);
  const empty = visible.length - visible.filter(({ name }) => customer.fields[name] !== undefined).length;
  return (
    <section className="panel" aria-label={t("customer-facts")}>
      {[...bySection(shown)].map(([section, members]) => (
        <div key={section} className="facts-section">
          <h2>
            {section === "sensitive" && <LockOutlined aria-hidden />} {t(`section-${section}`)}
          </h2>
          <dl className="facts">
            {members.map((field) => {
              const value = customer.fields[field.name];
              return (
                <div key={field.name} className={field.type === "long_text" ? "fact fact-wide" : "fact"}>
                  <dt>{label(field.name)}</dt>
                  <dd>
                    {isMasked(value) ? (
                      <SecretValue
                        masked={value.masked}
                        what={label(field.name)}
                        whose={customerName(customer)}
                        copyable
                        reveal={
                          mayReveal(customer)
                            ? (reason) => revealCustomerField(customer.id, field.name, reason)
                            : undefined
                        }
                      />
                    ) : (
                      <FieldText field={field} value={value} />
                    )}
                  </dd>
                </div>
              );
            })}
          </dl>
        </div>
      ))}
      {empty > 0 && (
        <div className="facts-more">
          <Button type="link" size="small" onClick={() => setAll(!all)} aria-expanded={all}>
            {all ? t("facts-fewer") : t("facts-empty", { count: empty })}
          </Button>
        </div>
      )}
    </section>
  );
}
