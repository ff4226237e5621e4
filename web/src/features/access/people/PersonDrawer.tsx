import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Checkbox, Drawer, Form } from "antd";
import { APPROVAL_REQUESTED, api, done, ifMatch } from "../../../api/client";
import { toApiError } from "../../../api/problem";
import type { AccessPerson, AccessRole, Compartment } from "../../../api/types";
import { useT } from "../../../i18n/useT";
import { DrawerButtons } from "../../../ui/DrawerButtons";
import { FormAlert } from "../../../ui/FormAlert";
import { useFormProblem } from "../../../ui/useFormProblem";
import { refreshAccess } from "../access";
import { LabelFields } from "../LabelFields";

interface Props {
  person: AccessPerson;
  roles: AccessRole[];
  compartments: Compartment[];
  generation: number;
  onClose: () => void;
}

interface Values {
  custom_roles: string[];
  level: string;
  compartments: number[];
}

const nameOf = (field: string) => [field.replace(/^clearance\./, "").replace(/\[\d+\]$/, "")];

/** Roles of the organisation's own and clearance of one person. */
export function PersonDrawer({ person, roles, compartments, generation, onClose }: Props) {
  const t = useT();
  const { message } = App.useApp();
  const queryClient = useQueryClient();
  const [form] = Form.useForm<Values>();
  const problem = useFormProblem(form, nameOf);
  const administrator = person.roles.some((role) => role.endsWith("_admin"));
  const save = useMutation({
    mutationFn: ({ custom_roles, ...clearance }: Values) =>
      done(
        api.PUT("/access/people/{id}", {
          params: { path: { id: person.id }, header: { "If-Match": ifMatch(generation) } },
          body: { custom_roles, clearance },
        }),
      ),
    onSuccess: async () => {
      void message.success(t("access-person-saved"));
      await refreshAccess(queryClient);
      onClose();
    },
    onError: (thrown) => {
      const { code, status } = toApiError(thrown);
      if (code === APPROVAL_REQUESTED) onClose();
      else problem.show(thrown);
      // The version to save onto is read again; what is chosen here stays.
      if (status === 412) void refreshAccess(queryClient);
    },
  });
  return (
    <Drawer
      open
      size={480}
      title={t("access-person-title", { name: person.name })}
      onClose={onClose}
      footer={<DrawerButtons form={form} onClose={onClose} pending={save.isPending} />}
    >
      <FormAlert problem={problem} />
      <Form<Values>
        form={form}
        layout="vertical"
        initialValues={{
          custom_roles: person.custom_roles.map(({ id }) => id),
          level: person.clearance.level,
          compartments: person.clearance.compartments,
        }}
        onFinish={(values) => {
          problem.clear();
          save.mutate(values);
        }}
      >
        <Form.Item
          name="custom_roles"
          label={t("access-roles-own")}
          extra={
            administrator
              ? t("access-person-administrator")
              : roles.length === 0
                ? t("access-person-no-roles")
                : undefined
          }
        >
          <Checkbox.Group className="choice-list" disabled={administrator}>
            {roles.map(({ id, name, description }) => (
              <Checkbox key={id} value={id}>
                {name} <span className="choice-note">{description}</span>
              </Checkbox>
            ))}
          </Checkbox.Group>
        </Form.Item>
        <LabelFields label={t("access-clearance")} compartments={compartments} />
      </Form>
    </Drawer>
  );
}
