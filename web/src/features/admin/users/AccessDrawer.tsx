import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Checkbox, Drawer, Form, Radio } from "antd";
import { APPROVAL_REQUESTED, api, body, ifMatch } from "../../../api/client";
import { toApiError } from "../../../api/problem";
import type { DataScope, Role, User } from "../../../api/types";
import { useT } from "../../../i18n/useT";
import { DrawerButtons } from "../../../ui/DrawerButtons";
import { FormAlert } from "../../../ui/FormAlert";
import { useFormProblem } from "../../../ui/useFormProblem";
import { conflicts, DATA_SCOPES, ROLES } from "../admin";

interface Values {
  roles: Role[];
  data_scope: DataScope;
}

/** Roles and data scope of one person, in the hands of the security administrator. */
export function AccessDrawer({ user, onClose }: { user: User; onClose: () => void }) {
  const t = useT();
  const queryClient = useQueryClient();
  const [form] = Form.useForm<Values>();
  const problem = useFormProblem(form);
  const chosen: Role[] = Form.useWatch("roles", form) ?? user.roles;
  const save = useMutation({
    mutationFn: (values: Values) =>
      body(
        api.PUT("/users/{id}/access", {
          params: { path: { id: user.id }, header: { "If-Match": ifMatch(user.version) } },
          body: values,
        }),
      ),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ["users"] });
      onClose();
    },
    onError: (error) => {
      if (toApiError(error).code === APPROVAL_REQUESTED) onClose();
      else problem.show(error);
    },
  });
  return (
    <Drawer
      open
      size={480}
      title={t("user-access-of", { name: user.name })}
      onClose={onClose}
      footer={<DrawerButtons form={form} onClose={onClose} pending={save.isPending} />}
    >
      <FormAlert problem={problem} />
      <Form
        form={form}
        layout="vertical"
        initialValues={{ roles: user.roles, data_scope: user.data_scope }}
        onFinish={(values) => {
          problem.clear();
          save.mutate(values);
        }}
      >
        <Form.Item name="roles" label={t("user-roles")} extra={t("separation-note")}>
          <Checkbox.Group className="choice-list">
            {ROLES.map((role) => (
              <Checkbox key={role} value={role} disabled={!chosen.includes(role) && conflicts(role, chosen)}>
                {t(`role-${role}`)} <span className="choice-note">{t(`role-${role}-duty`)}</span>
              </Checkbox>
            ))}
          </Checkbox.Group>
        </Form.Item>
        <Form.Item name="data_scope" label={t("user-scope")}>
          <Radio.Group className="choice-list">
            {DATA_SCOPES.map((scope) => (
              <Radio key={scope} value={scope}>
                {t(`scope-${scope}`)} <span className="choice-note">{t(`scope-${scope}-note`)}</span>
              </Radio>
            ))}
          </Radio.Group>
        </Form.Item>
      </Form>
    </Drawer>
  );
}
