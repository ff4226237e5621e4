import { Drawer, Form, Select } from "antd";
import type { AccessTeam } from "../../../api/types";
import { useT } from "../../../i18n/useT";
import { DrawerButtons } from "../../../ui/DrawerButtons";
import { useOwnerOptions } from "../../customers/customers";
import { NameField } from "../NameFields";
import type { TeamValues } from "./teams";

interface Props {
  team: AccessTeam;
  saving: boolean;
  onSave: (team: TeamValues) => void;
  onClose: () => void;
}

/** Name and members of a team. */
export function TeamDrawer({ team, saving, onSave, onClose }: Props) {
  const t = useT();
  const directory = useOwnerOptions();
  const [form] = Form.useForm<TeamValues>();
  // Who has left the directory stays a member until taken out.
  const left = team.members
    .filter(({ id }) => !directory.some(({ value }) => value === id))
    .map(({ id, name }) => ({ value: id, label: name }));
  return (
    <Drawer
      open
      size={480}
      title={team.name === "" ? t("access-team-add") : team.name}
      onClose={onClose}
      footer={<DrawerButtons form={form} onClose={onClose} pending={saving} />}
    >
      <Form<TeamValues>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ name: team.name, members: team.members.map(({ id }) => id) }}
        onFinish={({ name, members }) => onSave({ name: name.trim(), members })}
      >
        <NameField />
        <Form.Item name="members" label={t("access-team-members")}>
          <Select
            mode="multiple"
            showSearch={{ optionFilterProp: "label" }}
            options={[...directory, ...left]}
          />
        </Form.Item>
      </Form>
    </Drawer>
  );
}
