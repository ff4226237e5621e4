import { ApartmentOutlined, PlusOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Form, Input, Modal, Select } from "antd";
import { useState } from "react";
import { api, body } from "../../../api/client";
import type { Department } from "../../../api/types";
import { PagePending } from "../../../app/layout/PageStates";
import { useMay } from "../../../app/session/session";
import { useT } from "../../../i18n/useT";
import { EmptyState } from "../../../ui/EmptyState";
import { ErrorState } from "../../../ui/ErrorState";
import { FormAlert } from "../../../ui/FormAlert";
import { PageHeader } from "../../../ui/PageHeader";
import { useFormProblem } from "../../../ui/useFormProblem";
import { type Branch, departmentOptions, departmentsQuery, treeOf } from "../admin";
import "../admin.css";

export function DepartmentsPage() {
  const t = useT();
  const may = useMay();
  const departments = useQuery(departmentsQuery);
  const [parent, setParent] = useState<string | null | undefined>(undefined);
  const add = may("department.create") ? setParent : undefined;
  if (departments.isError) {
    return (
      <div className="panel">
        <ErrorState error={departments.error} onRetry={() => void departments.refetch()} />
      </div>
    );
  }
  if (departments.data === undefined) return <PagePending />;
  const { items } = departments.data;
  return (
    <>
      <PageHeader
        title={t("departments-title")}
        note={t("departments-note")}
        actions={
          add !== undefined && (
            <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => add(null)}>
              {t("department-create")}
            </Button>
          )
        }
      />
      <div className="panel">
        {items.length === 0 ? (
          <EmptyState
            icon={<ApartmentOutlined aria-hidden />}
            title={t("departments-none")}
            text={t("departments-none-text")}
          />
        ) : (
          <Branches branches={treeOf(items)} onAdd={add} />
        )}
      </div>
      {parent !== undefined && (
        <CreateDialog departments={items} parent={parent} onClose={() => setParent(undefined)} />
      )}
    </>
  );
}

function Branches({
  branches,
  onAdd,
}: {
  branches: Branch[];
  onAdd: ((parent: string) => void) | undefined;
}) {
  const t = useT();
  return (
    <ul className="branches">
      {branches.map(({ id, name, children }) => (
        <li key={id}>
          <span className="branch">
            <ApartmentOutlined aria-hidden /> {name}
            {onAdd !== undefined && (
              <Button
                type="text"
                size="small"
                icon={<PlusOutlined aria-hidden />}
                aria-label={t("department-create-under", { name })}
                title={t("department-create-under", { name })}
                onClick={() => onAdd(id)}
              />
            )}
          </span>
          {children.length > 0 && <Branches branches={children} onAdd={onAdd} />}
        </li>
      ))}
    </ul>
  );
}

interface CreateProps {
  departments: Department[];
  parent: string | null;
  onClose: () => void;
}

function CreateDialog({ departments, parent, onClose }: CreateProps) {
  const t = useT();
  const queryClient = useQueryClient();
  const [form] = Form.useForm<{ name: string; parent_id: string | null }>();
  const problem = useFormProblem(form);
  const create = useMutation({
    mutationFn: ({ name, parent_id = null }: { name: string; parent_id: string | null }) =>
      body(
        api.POST("/departments", {
          body: { name: name.trim(), parent_id },
        }),
      ),
    onSuccess: async () => {
      await queryClient.invalidateQueries(departmentsQuery);
      onClose();
    },
    onError: (error) => {
      problem.show(error);
    },
  });
  return (
    <Modal
      open
      title={t("department-create")}
      okText={t("create")}
      okButtonProps={{ loading: create.isPending }}
      onOk={form.submit}
      onCancel={onClose}
      width={420}
    >
      <FormAlert problem={problem} />
      <Form
        form={form}
        layout="vertical"
        initialValues={{ parent_id: parent }}
        onFinish={(values) => create.mutate(values)}
      >
        <Form.Item
          name="name"
          label={t("department-name")}
          rules={[{ required: true, whitespace: true, message: t("hint-required") }]}
        >
          <Input autoFocus maxLength={100} />
        </Form.Item>
        <Form.Item name="parent_id" label={t("department-parent")}>
          <Select allowClear placeholder={t("department-top")} options={departmentOptions(departments)} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
