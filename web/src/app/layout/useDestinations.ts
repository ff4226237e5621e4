import { useMemo } from "react";
import { useFindingsToDo } from "../../features/findings/findings";
import { useObjects, useObjectWords } from "../../features/records/objects";
import { useT } from "../../i18n/useT";
import { listable, type Place, placesOf, reachable } from "../navigation";
import { useSession } from "../session/session";

/** Where a person may go; to their findings once there are any. */
export function useDestinations(): Place[] {
  const t = useT();
  const { permissions } = useSession();
  const { any } = useFindingsToDo();
  const { objects } = useObjects();
  const words = useObjectWords();
  return useMemo(
    () =>
      placesOf(
        reachable(permissions).filter(({ to }) => to !== "/findings" || any),
        listable(objects, permissions),
        { destination: t, object: (name) => words(name).many },
      ),
    [permissions, any, objects, t, words],
  );
}
