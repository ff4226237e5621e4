import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Checkbox, Drawer, Form, Input, Select } from "antd";
import { api, body, ifMatch } from "../../api/client";
import type { GroupMapping, IdentityProvider } from "../../api/types";
import { useT } from "../../i18n/useT";
import { DrawerButtons } from "../../ui/DrawerButtons";
import { FormAlert } from "../../ui/FormAlert";
import { useFormProblem } from "../../ui/useFormProblem";
import { DATA_SCOPES, departmentOptions, departmentsQuery, ROLES } from "../admin/admin";
import { providersQuery } from "./federation";

interface Values {
  mappings: GroupMapping[];
  privileged: boolean;
  two_factors: boolean;
}

interface Props {
  provider: IdentityProvider;
  onClose: () => void;
}

/** What the groups of a provider give; saving approves it for the provider as it is configured now. */
export function MappingDrawer({ provider, onClose }: Props) {
  const t = useT();
  const queryClient = useQueryClient();
  const [form] = Form.useForm<Values>();
  const problem = useFormProblem(form);
  const { data: departments } = useQuery(departmentsQuery);
  const approve = useMutation({
    mutationFn: ({ mappings, privileged, two_factors }: Values) =>
      body(
        api.PUT("/identity-providers/{id}/access", {
          params: { path: { id: provider.id }, header: { "If-Match": ifMatch(provider.version) } },
          body: {
            privileged,
            two_factors,
            mappings: mappings.map(({ group, role, department_id, data_scope }) => ({
              group,
              role: role ?? null,
              department_id: department_id ?? null,
              data_scope: data_scope ?? null,
            })),
          },
        }),
      ),
    onSuccess: async () => {
      await queryClient.invalidateQueries(providersQuery);
      onClose();
    },
    onError: problem.show,
  });
  return (
    <Drawer
      open
      size={860}
      title={t("provider-mapping-of", { name: provider.name })}
      onClose={onClose}
      footer={
        <DrawerButtons
          form={form}
          onClose={onClose}
          submit={t("provider-approve")}
          pending={approve.isPending}
        />
      }
    >
      <FormAlert problem={problem} />
      <p className="soft">{t("provider-mapping-note")}</p>
      <Form<Values>
        form={form}
        layout="vertical"
        initialValues={{
          mappings: provider.mappings,
          privileged: provider.privileged,
          two_factors: provider.two_factors,
        }}
        onFinish={(values) => {
          problem.clear();
          approve.mutate(values);
        }}
      >
        <Form.List name="mappings">
          {(rows, { add, remove }) => (
            <>
              {rows.map(({ key, name }) => (
                <div className="mapping-row" key={key}>
                  <Form.Item
                    name={[name, "group"]}
                    rules={[{ required: true, whitespace: true, message: t("hint-required") }]}
                  >
                    <Input
                      aria-label={t("provider-mapping-group")}
                      placeholder={t("provider-mapping-group")}
                      maxLength={512}
                    />
                  </Form.Item>
                  <Form.Item name={[name, "role"]}>
                    <Select
                      allowClear
                      aria-label={t("provider-mapping-role")}
                      placeholder={t("provider-mapping-role")}
                      options={ROLES.map((role) => ({ value: role, label: t(`role-${role}`) }))}
                    />
                  </Form.Item>
                  <Form.Item name={[name, "data_scope"]}>
                    <Select
                      allowClear
                      aria-label={t("user-scope")}
                      placeholder={t("user-scope")}
                      options={DATA_SCOPES.map((scope) => ({ value: scope, label: t(`scope-${scope}`) }))}
                    />
                  </Form.Item>
                  <Form.Item name={[name, "department_id"]}>
                    <Select
                      allowClear
                      aria-label={t("user-department")}
                      placeholder={t("user-department")}
                      options={departmentOptions(departments?.items ?? [])}
                    />
                  </Form.Item>
                  <Button
                    type="text"
                    icon={<DeleteOutlined aria-hidden />}
                    aria-label={t("provider-mapping-remove")}
                    onClick={() => remove(name)}
                  />
                </div>
              ))}
              <Button
                type="dashed"
                block
                icon={<PlusOutlined aria-hidden />}
                onClick={() => add({ group: "" })}
              >
                {t("provider-mapping-add")}
              </Button>
            </>
          )}
        </Form.List>
        <Form.Item name="privileged" valuePropName="checked" extra={t("provider-privileged-note")}>
          <Checkbox>{t("provider-privileged")}</Checkbox>
        </Form.Item>
        <Form.Item name="two_factors" valuePropName="checked" extra={t("provider-two-factors-note")}>
          <Checkbox>{t("provider-two-factors")}</Checkbox>
        </Form.Item>
      </Form>
    </Drawer>
  );
}
