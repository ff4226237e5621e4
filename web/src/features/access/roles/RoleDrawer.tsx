import { Drawer, Form } from "antd";
import type { AccessConfiguration, AccessGrant, AccessObject, AccessRole } from "../../../api/types";
import { useT } from "../../../i18n/useT";
import { DrawerButtons } from "../../../ui/DrawerButtons";
import { withItem } from "../draft/draft";
import { NameFields } from "../NameFields";
import { Problems } from "../Problems";
import { useCheck } from "../useCheck";
import { FieldTable } from "./FieldTable";
import { GrantMatrix } from "./GrantMatrix";
import { emptyGrant, withGrant } from "./roles";

interface Props {
  role: AccessRole;
  catalogue: AccessObject[];
  configuration: AccessConfiguration;
  readOnly: boolean;
  onSave: (role: AccessRole) => void;
  onClose: () => void;
}

interface Values {
  name: string;
  description: string;
  grants: AccessGrant[];
}

/** Builds a role: what may be done with which records, and what is seen of their fields. */
export function RoleDrawer({ role, catalogue, configuration, readOnly, onSave, onClose }: Props) {
  const t = useT();
  const [form] = Form.useForm<Values>();
  const values = Form.useWatch((all: Values) => all, form) ?? role;
  const drafted = { ...role, ...values, name: values.name?.trim() ?? "" };
  const next = {
    ...configuration,
    roles: withItem(configuration.roles, drafted, ({ id }) => id === role.id),
  };
  const at = next.roles.indexOf(drafted);
  // A name that is missing is said at the field.
  const { problems } = useCheck(readOnly || drafted.name === "" ? null : next, `roles[${at}]`);
  return (
    <Drawer
      open
      size={760}
      mask={{ closable: false }}
      title={role.name === "" ? t("access-role-new") : role.name}
      onClose={onClose}
      footer={
        <DrawerButtons form={form} onClose={onClose} closeOnly={readOnly} submit={t("access-to-draft")} />
      }
    >
      {problems.length > 0 && <Problems problems={problems} configuration={next} />}
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        disabled={readOnly}
        initialValues={{ name: role.name, description: role.description, grants: role.grants }}
        onFinish={(all) =>
          onSave({ ...role, ...all, name: all.name.trim(), description: all.description.trim() })
        }
      >
        <NameFields />
        <Form.Item
          name="grants"
          rules={[{ required: true, type: "array", min: 1, message: t("access-role-nothing") }]}
        >
          <GrantEditor catalogue={catalogue} configuration={configuration} readOnly={readOnly} />
        </Form.Item>
      </Form>
    </Drawer>
  );
}

interface EditorProps {
  catalogue: AccessObject[];
  configuration: AccessConfiguration;
  readOnly: boolean;
  /** Given by the form. */
  value?: AccessGrant[];
  onChange?: (grants: AccessGrant[]) => void;
}

function GrantEditor({ catalogue, configuration, readOnly, value = [], onChange }: EditorProps) {
  const grantOf = (object: string) => value.find((grant) => grant.object === object) ?? emptyGrant(object);
  const change = (grant: AccessGrant) => onChange?.(withGrant(value, grant));
  return (
    <>
      <GrantMatrix catalogue={catalogue} grantOf={grantOf} readOnly={readOnly} onChange={change} />
      {catalogue
        .filter(({ name, fields }) => fields.length > 0 && grantOf(name).actions.length > 0)
        .map((object) => (
          <FieldTable
            key={object.name}
            object={object}
            labels={configuration.field_labels}
            compartments={configuration.compartments}
            grant={grantOf(object.name)}
            readOnly={readOnly}
            onChange={change}
          />
        ))}
    </>
  );
}
