import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Checkbox, Drawer, Form, Skeleton } from "antd";
import type { Role } from "../../api/types";
import { useT } from "../../i18n/useT";
import { DrawerButtons } from "../../ui/DrawerButtons";
import { ErrorState } from "../../ui/ErrorState";
import { FormAlert } from "../../ui/FormAlert";
import { useFormProblem } from "../../ui/useFormProblem";
import { ROLES } from "../admin/admin";
import { ruleQuery, saveRule } from "./devices";

/** Which roles may be used on registered devices only, in the hands of the security administrator. */
export function RuleDrawer({ onClose }: { onClose: () => void }) {
  const t = useT();
  const { message } = App.useApp();
  const queryClient = useQueryClient();
  const rule = useQuery(ruleQuery);
  const [form] = Form.useForm<{ roles: Role[] }>();
  const problem = useFormProblem(form);
  const save = useMutation({
    mutationFn: saveRule,
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ruleQuery.queryKey });
      void message.success(t("device-rule-saved"));
      onClose();
    },
    onError: problem.show,
  });
  return (
    <Drawer
      open
      size={480}
      title={t("device-rule-title")}
      onClose={onClose}
      footer={<DrawerButtons form={form} onClose={onClose} pending={save.isPending} />}
    >
      <p className="soft">{t("device-rule-text")}</p>
      <FormAlert problem={problem} />
      {rule.isError && <ErrorState error={rule.error} onRetry={() => void rule.refetch()} />}
      {rule.data === undefined ? (
        !rule.isError && <Skeleton active title={false} />
      ) : (
        <Form
          form={form}
          layout="vertical"
          initialValues={{ roles: rule.data.roles }}
          onFinish={(values) => {
            problem.clear();
            save.mutate(values);
          }}
        >
          <Form.Item name="roles" label={t("device-rule-roles")}>
            <Checkbox.Group className="choice-list">
              {ROLES.map((role) => (
                <Checkbox key={role} value={role}>
                  {t(`role-${role}`)}
                </Checkbox>
              ))}
            </Checkbox.Group>
          </Form.Item>
        </Form>
      )}
    </Drawer>
  );
}
