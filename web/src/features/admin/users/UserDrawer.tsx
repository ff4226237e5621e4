import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Drawer, Form, Input, Select } from "antd";
import { api, body, ifMatch } from "../../../api/client";
import type { DataScope, User } from "../../../api/types";
import { useT } from "../../../i18n/useT";
import { DrawerButtons } from "../../../ui/DrawerButtons";
import { FormAlert } from "../../../ui/FormAlert";
import { useFormProblem } from "../../../ui/useFormProblem";
import { DATA_SCOPES, departmentOptions, departmentsQuery } from "../admin";

interface Values {
  name: string;
  login: string;
  department_id?: string | null;
  data_scope: DataScope;
  /** Where the invitation goes; empty to hand the link over oneself. */
  mail?: string;
}

interface Props {
  /** The account to change; null to make one. */
  user: User | null;
  onClose: () => void;
  /** Receives the one-time link of a new account. */
  onLink?: (name: string, link: string) => void;
}

export function UserDrawer({ user, onClose, onLink }: Props) {
  const t = useT();
  const queryClient = useQueryClient();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const problem = useFormProblem(form);
  const { data: departments } = useQuery(departmentsQuery);
  const refresh = () => queryClient.invalidateQueries({ queryKey: ["users"] });
  const refused = (error: unknown) => {
    problem.show(error);
  };
  const create = useMutation({
    mutationFn: async ({ department_id = null, mail = "", ...values }: Values) => {
      if (mail.trim() === "") return body(api.POST("/users", { body: { ...values, department_id } }));
      await body(api.POST("/users/invitations", { body: { ...values, department_id, mail } }));
      return null;
    },
    onSuccess: async (made, { name, mail = "" }) => {
      await refresh();
      onClose();
      if (made === null) void message.success(t("invite-sent", { mail }));
      else onLink?.(name, made.sign_in_link);
    },
    onError: refused,
  });
  const change = useMutation({
    mutationFn: ({ current, values: { name, department_id = null } }: { current: User; values: Values }) =>
      body(
        api.PATCH("/users/{id}", {
          params: { path: { id: current.id }, header: { "If-Match": ifMatch(current.version) } },
          body: { name, department_id },
        }),
      ),
    onSuccess: async () => {
      await refresh();
      onClose();
    },
    onError: refused,
  });
  const required = { required: true, whitespace: true, message: t("hint-required") };
  return (
    <Drawer
      open
      size={480}
      title={user === null ? t("user-create") : t("user-edit")}
      onClose={onClose}
      footer={
        <DrawerButtons
          form={form}
          onClose={onClose}
          submit={user === null ? t("create") : t("save")}
          pending={create.isPending || change.isPending}
        />
      }
    >
      <FormAlert problem={problem} />
      <Form
        form={form}
        layout="vertical"
        initialValues={{
          name: user?.name,
          login: user?.login,
          department_id: user?.department_id,
          data_scope: user?.data_scope ?? "own",
        }}
        onFinish={(values) => {
          problem.clear();
          if (user === null) create.mutate(values);
          else change.mutate({ current: user, values });
        }}
      >
        <Form.Item name="name" label={t("user-name")} rules={[required]}>
          <Input autoFocus autoComplete="off" maxLength={100} />
        </Form.Item>
        <Form.Item name="login" label={t("user-login")} rules={user === null ? [required] : []}>
          <Input
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={100}
            disabled={user !== null}
          />
        </Form.Item>
        <Form.Item name="department_id" label={t("user-department")}>
          <Select
            allowClear
            showSearch={{ optionFilterProp: "label" }}
            options={departmentOptions(departments?.items ?? [])}
          />
        </Form.Item>
        {user === null && (
          <>
            <Form.Item name="data_scope" label={t("user-scope")}>
              <Select options={DATA_SCOPES.map((scope) => ({ value: scope, label: t(`scope-${scope}`) }))} />
            </Form.Item>
            <Form.Item name="mail" label={t("invite-mail")} extra={t("invite-mail-note")}>
              <Input autoComplete="off" spellCheck={false} maxLength={254} />
            </Form.Item>
            <p className="soft">{t("user-create-note")}</p>
          </>
        )}
      </Form>
    </Drawer>
  );
}
