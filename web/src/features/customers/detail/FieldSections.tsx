import { LockOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";
import type { Customer, FieldInfo } from "../../../api/types";
import { useT } from "../../../i18n/useT";
import { Fact } from "../../fields/Fact";
import { bySection } from "../../fields/fields";
import { revealCustomerField } from "../../reveal/disclosures";
import { customerName, mayReveal } from "../list/columns";

/** Everything known about a customer, in sections. Empty fields wait until they are asked for. */
export function FieldSections({ customer, fields }: { customer: Customer; fields: FieldInfo[] }) {
  const t = useT();
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
            {members.map((field) => (
              <Fact
                key={field.name}
                field={field}
                value={customer.fields[field.name]}
                whose={customerName(customer)}
                reveal={
                  mayReveal(customer)
                    ? (reason) => revealCustomerField(customer.id, field.name, reason)
                    : undefined
                }
              />
            ))}
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
