import { DeleteOutlined, EditOutlined, PlusOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Popconfirm } from "antd";
import { lazy, Suspense, useState } from "react";
import { api, done, ifMatch } from "../../../api/client";
import type { Contact, Customer, FieldInfo } from "../../../api/types";
import { useT } from "../../../i18n/useT";
import { Avatar } from "../../../ui/Avatar";
import { ErrorState } from "../../../ui/ErrorState";
import { Pill } from "../../../ui/Pill";
import { useShowProblem } from "../../../ui/useProblemText";
import { Fact } from "../../fields/Fact";
import { textOf } from "../../fields/fields";
import { revealContactField } from "../../reveal/disclosures";
import { contactsQuery, refreshCustomers } from "../customers";

const ContactDrawer = lazy(() =>
  import("../edit/ContactDrawer").then((module) => ({ default: module.ContactDrawer })),
);

interface Props {
  customer: Customer;
  fields: FieldInfo[];
}

/** The people at a customer. Whoever may change the customer may change them. */
export function ContactList({ customer, fields }: Props) {
  const t = useT();
  const contacts = useQuery(contactsQuery(customer.id));
  const [drawer, setDrawer] = useState<Contact | "new" | null>(null);
  return (
    <section className="panel" aria-labelledby="contacts-title">
      <div className="panel-head">
        <h2 id="contacts-title">{t("contacts-title")}</h2>
        {customer.actions.includes("customer.update") && (
          <Button size="small" icon={<PlusOutlined aria-hidden />} onClick={() => setDrawer("new")}>
            {t("contact-add")}
          </Button>
        )}
      </div>
      {contacts.isError && <ErrorState error={contacts.error} onRetry={() => void contacts.refetch()} />}
      {contacts.data?.items.length === 0 && <p className="panel-body soft">{t("contacts-none")}</p>}
      <ul>
        {contacts.data?.items.map((contact) => (
          <ContactCard
            key={contact.id}
            customer={customer}
            contact={contact}
            fields={fields}
            onEdit={() => setDrawer(contact)}
          />
        ))}
      </ul>
      <Suspense>
        {drawer !== null && (
          <ContactDrawer
            customerId={customer.id}
            contact={drawer === "new" ? null : drawer}
            fields={fields}
            onClose={() => setDrawer(null)}
          />
        )}
      </Suspense>
    </section>
  );
}

function ContactCard({
  customer,
  contact,
  fields,
  onEdit,
}: Props & { contact: Contact; onEdit: () => void }) {
  const t = useT();
  const queryClient = useQueryClient();
  const showProblem = useShowProblem();
  const name = textOf(contact.fields.name);
  // A contact is part of its customer: the customer's actions are the contact's.
  const changes = customer.actions.includes("customer.update");
  const reveals = customer.actions.includes("customer.reveal");
  const remove = useMutation({
    mutationFn: () =>
      done(
        api.DELETE("/customers/{id}/contacts/{contact_id}", {
          params: {
            path: { id: customer.id, contact_id: contact.id },
            header: { "If-Match": ifMatch(contact.version) },
          },
        }),
      ),
    onSuccess: () => refreshCustomers(queryClient),
    onError: showProblem,
  });
  const facts = fields.filter(
    (field) => field.name !== "name" && field.name !== "title" && contact.fields[field.name] !== undefined,
  );
  return (
    <li className="contact">
      <Avatar name={name} />
      <div className="contact-body">
        <div className="contact-head">
          <strong>{name}</strong>
          <span className="soft">{textOf(contact.fields.title)}</span>
          {contact.is_primary && <Pill tone="brand">{t("contact-primary")}</Pill>}
          <span className="contact-tools">
            {changes && (
              <Button
                type="text"
                size="small"
                icon={<EditOutlined aria-hidden />}
                onClick={onEdit}
                aria-label={t("contact-edit-one", { name })}
              />
            )}
            {changes && (
              <Popconfirm
                title={t("contact-delete-title", { name })}
                okText={t("delete")}
                onConfirm={() => remove.mutate()}
              >
                <Button
                  type="text"
                  size="small"
                  icon={<DeleteOutlined aria-hidden />}
                  aria-label={t("contact-delete-one", { name })}
                />
              </Popconfirm>
            )}
          </span>
        </div>
        <dl className="facts">
          {facts.map((field) => (
            <Fact
              key={field.name}
              field={field}
              value={contact.fields[field.name]}
              whose={name}
              reveal={
                reveals
                  ? (reason) => revealContactField(customer.id, contact.id, field.name, reason)
                  : undefined
              }
            />
          ))}
        </dl>
      </div>
    </li>
  );
}
