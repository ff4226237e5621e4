import { DeleteOutlined, EditOutlined, FireOutlined, LeftOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { App, Button } from "antd";
import { lazy, Suspense, useState } from "react";
import { api, done, ifMatch } from "../../../api/client";
import type { Customer, FieldInfo } from "../../../api/types";
import { PagePending } from "../../../app/layout/PageStates";
import { useFormat } from "../../../i18n/useFormat";
import { useT } from "../../../i18n/useT";
import { Avatar } from "../../../ui/Avatar";
import { ErrorState } from "../../../ui/ErrorState";
import { useShowProblem } from "../../../ui/useProblemText";
import { customerQuery, refreshCustomers } from "../customers";
import "../customers.css";
import { FieldText } from "../../fields/FieldText";
import { useFields } from "../../fields/fields";
import { LabelPill } from "../../sharing/LabelPill";
import { SharingPanel } from "../../sharing/SharingPanel";
import { shareableCustomer } from "../../sharing/sharing";
import { WhyNot } from "../../sharing/WhyNot";
import { customerName } from "../list/columns";
import { ContactList } from "./ContactList";
import "./detail.css";
import { FieldSections } from "./FieldSections";
import { Timeline } from "./Timeline";

const EditDrawer = lazy(() =>
  import("../edit/EditDrawer").then((module) => ({ default: module.EditDrawer })),
);

const RelatedToCustomer = lazy(() =>
  import("../../records/detail/RelatedToCustomer").then((module) => ({ default: module.RelatedToCustomer })),
);

const EraseDialog = lazy(() => import("./EraseDialog").then((module) => ({ default: module.EraseDialog })));

export function CustomerPage() {
  const { id } = useParams({ from: "/shell/customers/$id" });
  const { fields, ready } = useFields();
  const customer = useQuery(customerQuery(id));
  const [editing, setEditing] = useState(false);
  const [erasing, setErasing] = useState(false);
  if (customer.isError && customer.data === undefined) {
    return (
      <div className="panel">
        <ErrorState error={customer.error} onRetry={() => void customer.refetch()} />
        <WhyNot customerId={id} />
      </div>
    );
  }
  if (customer.data === undefined || !ready) return <PagePending />;
  return (
    <>
      <Header
        customer={customer.data}
        fields={fields.customer}
        onEdit={() => setEditing(true)}
        onErase={() => setErasing(true)}
      />
      <div className="detail">
        <div className="detail-column">
          <FieldSections customer={customer.data} fields={fields.customer} />
          <ContactList customer={customer.data} fields={fields.contact} />
          <Suspense>
            <RelatedToCustomer customer={customer.data} />
          </Suspense>
          <SharingPanel record={shareableCustomer(customer.data)} />
        </div>
        <Timeline customer={customer.data} />
      </div>
      <Suspense>
        {editing && (
          <EditDrawer customer={customer.data} fields={fields.customer} onClose={() => setEditing(false)} />
        )}
        {erasing && <EraseDialog customer={customer.data} onClose={() => setErasing(false)} />}
      </Suspense>
    </>
  );
}

interface HeaderProps {
  customer: Customer;
  fields: FieldInfo[];
  onEdit: () => void;
  onErase: () => void;
}

/** The fields whose values stand beside the name. */
const TAGS = ["status", "level"];

function Header({ customer, fields, onEdit, onErase }: HeaderProps) {
  const t = useT();
  const format = useFormat();
  const { modal } = App.useApp();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const showProblem = useShowProblem();
  const remove = useMutation({
    mutationFn: () =>
      done(
        api.DELETE("/customers/{id}", {
          params: { path: { id: customer.id }, header: { "If-Match": ifMatch(customer.version) } },
        }),
      ),
    onSuccess: async () => {
      await navigate({ to: "/customers" });
      queryClient.removeQueries({ queryKey: customerQuery(customer.id).queryKey });
      await refreshCustomers(queryClient);
    },
    onError: showProblem,
  });
  const confirmRemove = () =>
    modal.confirm({
      title: t("customer-delete-title", { name: customerName(customer) }),
      content: t("customer-delete-text"),
      okText: t("delete"),
      okButtonProps: { danger: true },
      onOk: () => remove.mutate(),
    });
  return (
    <header className="detail-header">
      <Link to="/customers" className="back-link">
        <LeftOutlined aria-hidden /> {t("customers-title")}
      </Link>
      <div className="detail-title">
        <h1>{customerName(customer)}</h1>
        {fields
          .filter(({ name }) => TAGS.includes(name) && customer.fields[name] !== undefined)
          .map((field) => (
            <FieldText key={field.name} field={field} value={customer.fields[field.name]} />
          ))}
        <LabelPill label={customer.label} />
        <div className="page-actions">
          {customer.actions.includes("customer.delete") && (
            <Button
              icon={<DeleteOutlined aria-hidden />}
              onClick={confirmRemove}
              aria-label={t("customer-delete")}
              title={t("customer-delete")}
            />
          )}
          {customer.actions.includes("customer.erase") && (
            <Button
              icon={<FireOutlined aria-hidden />}
              onClick={onErase}
              aria-label={t("customer-erase")}
              title={t("customer-erase")}
            />
          )}
          {customer.actions.includes("customer.update") && (
            <Button type="primary" icon={<EditOutlined aria-hidden />} onClick={onEdit}>
              {t("edit")}
            </Button>
          )}
        </div>
      </div>
      <p className="detail-facts">
        {customer.owner?.name != null && (
          <span className="person">
            <Avatar name={customer.owner.name} small />
            {customer.owner.name}
          </span>
        )}
        {customer.department?.name != null && <span>{customer.department.name}</span>}
        <span className="figures">{t("customer-updated", { at: format.dateTime(customer.updated_at) })}</span>
      </p>
    </header>
  );
}
