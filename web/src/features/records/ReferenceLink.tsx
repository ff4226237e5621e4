import { Link } from "@tanstack/react-router";
import { useT } from "../../i18n/useT";
import { CUSTOMER, useObjects } from "./objects";
import type { ReferenceValue } from "./types";

/** What a reference leads to, as the way there. What one may not see has no name, and no way. */
export function ReferenceLink({ object, value }: { object: string; value: ReferenceValue }) {
  const t = useT();
  const { objects } = useObjects();
  if (value.name == null) return <span className="absent">{t("reference-hidden")}</span>;
  if (object === CUSTOMER) {
    return (
      <Link to="/customers/$id" params={{ id: value.id }}>
        {value.name}
      </Link>
    );
  }
  const path = objects.find(({ name }) => name === object)?.path;
  if (path === undefined) return value.name;
  return (
    <Link to="/$path/{-$id}" params={{ path, id: value.id }}>
      {value.name}
    </Link>
  );
}
