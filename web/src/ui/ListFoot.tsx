import type { ReactNode } from "react";
import { CursorPager, type CursorPagerProps } from "./CursorPager";

/** The line below a list: the pager at its end, and before it what else is to be said. */
export function ListFoot({ children, ...pager }: CursorPagerProps & { children?: ReactNode }) {
  return (
    <div className="list-foot">
      {children}
      <CursorPager {...pager} />
    </div>
  );
}
