import { Link } from "@tanstack/react-router";
import type { Customer, FieldInfo } from "../../../api/types";
import { useFormat } from "../../../i18n/useFormat";
import { Highlight } from "../../../ui/Highlight";
import { FieldText } from "../../fields/FieldText";
import { isMasked, textOf, useFieldLabel } from "../../fields/fields";
import { revealCustomerField } from "../../reveal/disclosures";
import { SecretValue } from "../../reveal/SecretValue";
import { customerName, mayReveal } from "./columns";

interface Props {
  customers: Customer[];
  fields: FieldInfo[];
  term: string | undefined;
}

/** The list on a phone: what one needs to recognise and call a customer. */
export function CustomerCards({ customers, fields, term }: Props) {
  const label = useFieldLabel();
  const format = useFormat();
  const field = (name: string) => fields.find((candidate) => candidate.name === name);
  const status = field("status");
  const level = field("level");
  return (
    <ul className="cards">
      {customers.map((customer) => {
        const { phone } = customer.fields;
        const contact = textOf(customer.fields.contact_name);
        const facts = [contact, customer.owner?.name, format.date(customer.updated_at)].filter(Boolean);
        return (
          <li key={customer.id} className="card">
            <Link to="/customers/$id" params={{ id: customer.id }} className="card-link">
              <span className="card-name">
                <Highlight text={customerName(customer)} term={term} />
              </span>
              <span className="card-tags">
                {level && customer.fields.level !== undefined && (
                  <FieldText field={level} value={customer.fields.level} />
                )}
                {status && customer.fields.status !== undefined && (
                  <FieldText field={status} value={customer.fields.status} />
                )}
              </span>
              <span className="card-facts">{facts.join(" · ")}</span>
            </Link>
            {isMasked(phone) && (
              <SecretValue
                masked={phone.masked}
                what={label("phone")}
                whose={customerName(customer)}
                reveal={
                  mayReveal(customer)
                    ? (reason) => revealCustomerField(customer.id, "phone", reason)
                    : undefined
                }
              />
            )}
          </li>
        );
      })}
    </ul>
  );
}
