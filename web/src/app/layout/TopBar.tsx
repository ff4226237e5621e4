import { Emblem } from "../../ui/Emblem";
import { useMay } from "../session/session";
import { GlobalSearch } from "./GlobalSearch";
import { AppearanceSwitch, LanguageSwitch } from "./Switches";
import { UserMenu } from "./UserMenu";

export function TopBar() {
  const may = useMay();
  return (
    <header className="top">
      <span className="top-emblem">
        <Emblem size={24} />
      </span>
      {may("customer.list") ? <GlobalSearch /> : <span className="top-space" />}
      <div className="top-tools">
        <LanguageSwitch />
        <AppearanceSwitch />
        <UserMenu />
      </div>
    </header>
  );
}
