import type { Customer } from "../../../api/types";
import { useT } from "../../../i18n/useT";
import { textOf } from "../../fields/fields";
import { CUSTOMER, useReferrers } from "../objects";
import "./panel.css";
import { RelatedList } from "./RelatedList";

/** Opportunities, contracts, payments: whatever refers to a customer. */
export function RelatedToCustomer({ customer }: { customer: Customer }) {
  const t = useT();
  const referrers = useReferrers(CUSTOMER);
  if (referrers.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="related-title">
      <div className="panel-head">
        <h2 id="related-title">{t("related-title")}</h2>
      </div>
      <div className="related">
        {referrers.map(({ object, field }) => (
          <RelatedList
            key={`${object.name} ${field.name}`}
            object={object}
            field={field}
            id={customer.id}
            prefilled={() => ({
              [field.name]: { id: customer.id, name: textOf(customer.fields.name) },
            })}
          />
        ))}
      </div>
    </section>
  );
}
