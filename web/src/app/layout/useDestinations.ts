import { useFindingsToDo } from "../../features/findings/findings";
import { type Destination, reachable } from "../navigation";
import { useSession } from "../session/session";

/** Where a person may go; to their findings once there are any. */
export function useDestinations(): Destination[] {
  const { permissions } = useSession();
  const { any } = useFindingsToDo();
  return reachable(permissions).filter(({ to }) => to !== "/findings" || any);
}
