import { Modal } from "antd";
import { useT } from "../../../i18n/useT";
import { Avatar } from "../../../ui/Avatar";

interface Props {
  name: string;
  people: { id: string; name: string }[];
  onClose: () => void;
}

/** Who holds a role. */
export function HoldersDialog({ name, people, onClose }: Props) {
  const t = useT();
  return (
    <Modal open title={t("access-role-holders-of", { name })} footer={null} onCancel={onClose} width={420}>
      <ul className="holders">
        {people.map((person) => (
          <li key={person.id} className="person">
            <Avatar name={person.name} small /> {person.name}
          </li>
        ))}
      </ul>
    </Modal>
  );
}
