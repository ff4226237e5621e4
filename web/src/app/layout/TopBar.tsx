import { lazy, Suspense, useState } from "react";
import { WorkingLabel } from "../../features/access/working/WorkingLabel";
import { Emblem } from "../../ui/Emblem";
import { useMay, useSession } from "../session/session";
import { GlobalSearch } from "./GlobalSearch";
import { AppearanceSwitch, LanguageSwitch } from "./Switches";
import { UserMenu } from "./UserMenu";

const WorkingLabelDialog = lazy(() =>
  import("../../features/access/working/WorkingLabelDialog").then((module) => ({
    default: module.WorkingLabelDialog,
  })),
);

export function TopBar() {
  const may = useMay();
  const { label } = useSession();
  const [choosing, setChoosing] = useState(false);
  return (
    <header className="top">
      <span className="top-emblem">
        <Emblem size={24} />
      </span>
      {may("customer.list") ? <GlobalSearch /> : <span className="top-space" />}
      <div className="top-tools">
        <WorkingLabel onOpen={() => setChoosing(true)} />
        <LanguageSwitch />
        <AppearanceSwitch />
        <UserMenu onWorkingLabel={() => setChoosing(true)} />
      </div>
      <Suspense>
        {choosing && <WorkingLabelDialog label={label} onClose={() => setChoosing(false)} />}
      </Suspense>
    </header>
  );
}
