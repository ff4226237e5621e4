import { DeleteOutlined, EditOutlined, PlusOutlined } from "@ant-design/icons";
import { App, Button, Form, Input, Modal } from "antd";
import { useState } from "react";
import type { AccessConfiguration, Compartment } from "../../../api/types";
import { useT } from "../../../i18n/useT";
import { ToolButton } from "../../../ui/ToolButton";
import { ChangePill } from "../draft/Differences";
import { changeOf, withItem } from "../draft/draft";
import type { Access } from "../draft/useAccess";
import { useFieldName } from "../words";
import { fieldsLabelled, freeBit } from "./labels";

interface Props {
  access: Access;
  current: AccessConfiguration;
}

/** The compartments by name. */
export function CompartmentsPanel({ access, current }: Props) {
  const t = useT();
  const fieldName = useFieldName();
  const { modal } = App.useApp();
  const [editing, setEditing] = useState<Compartment | null>(null);
  const free = freeBit(current.compartments);
  const remove = ({ bit, name }: Compartment) => {
    const fields = fieldsLabelled(current, bit).map(fieldName);
    modal.confirm({
      title: t("access-compartment-delete-title", { name }),
      content: (
        <>
          <p>{t("access-compartment-delete-text")}</p>
          {fields.length > 0 && (
            <p>{t("access-compartment-delete-fields", { fields: fields.join(t("list-separator")) })}</p>
          )}
        </>
      ),
      okText: t("delete"),
      okButtonProps: { danger: true },
      onOk: () =>
        access.edit((before) => ({
          ...before,
          compartments: before.compartments.filter((one) => one.bit !== bit),
          field_labels: before.field_labels.map((one) => ({
            ...one,
            label: { ...one.label, compartments: one.label.compartments.filter((held) => held !== bit) },
          })),
        })),
    });
  };
  return (
    <section className="panel access-list" aria-label={t("access-compartments")}>
      <div className="panel-head">
        <h2>{t("access-compartments")}</h2>
        {access.mayEdit && free !== null && (
          <Button
            size="small"
            icon={<PlusOutlined aria-hidden />}
            onClick={() => setEditing({ bit: free, name: "" })}
          >
            {t("access-compartment-add")}
          </Button>
        )}
      </div>
      <p className="soft panel-body">
        {t(current.compartments.length === 0 ? "access-compartments-none" : "access-compartments-about")}
      </p>
      <ul>
        {current.compartments.map((compartment) => {
          const change = changeOf(access.changes, "compartment", String(compartment.bit));
          const { name } = compartment;
          return (
            <li key={compartment.bit} className="access-row">
              <span className="access-words access-head">
                <strong>{name}</strong>
                {change !== undefined && <ChangePill kind={change} />}
              </span>
              {access.mayEdit && (
                <span className="access-tools">
                  <ToolButton
                    title={t("access-edit-named", { name })}
                    icon={<EditOutlined aria-hidden />}
                    onClick={() => setEditing(compartment)}
                  />
                  <ToolButton
                    title={t("access-delete-named", { name })}
                    icon={<DeleteOutlined aria-hidden />}
                    onClick={() => remove(compartment)}
                  />
                </span>
              )}
            </li>
          );
        })}
      </ul>
      {editing !== null && (
        <CompartmentDialog
          compartment={editing}
          taken={current.compartments.filter(({ bit }) => bit !== editing.bit).map(({ name }) => name)}
          onSave={(compartment) => {
            access.edit((before) => ({
              ...before,
              compartments: withItem(before.compartments, compartment, ({ bit }) => bit === compartment.bit),
            }));
            setEditing(null);
          }}
          onClose={() => setEditing(null)}
        />
      )}
    </section>
  );
}

interface DialogProps {
  compartment: Compartment;
  taken: string[];
  onSave: (compartment: Compartment) => void;
  onClose: () => void;
}

function CompartmentDialog({ compartment, taken, onSave, onClose }: DialogProps) {
  const t = useT();
  const [form] = Form.useForm<{ name: string }>();
  return (
    <Modal
      open
      title={t("access-compartment-title")}
      okText={t("access-to-draft")}
      onOk={form.submit}
      onCancel={onClose}
      width={420}
    >
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ name: compartment.name }}
        onFinish={({ name }) => onSave({ ...compartment, name: name.trim() })}
      >
        <Form.Item
          name="name"
          label={t("access-name")}
          rules={[
            { required: true, whitespace: true, message: t("hint-required") },
            {
              validator: (_, name: string) =>
                taken.includes(name.trim()) ? Promise.reject(t("access-name-taken")) : Promise.resolve(),
            },
          ]}
        >
          <Input maxLength={60} autoFocus />
        </Form.Item>
      </Form>
    </Modal>
  );
}
