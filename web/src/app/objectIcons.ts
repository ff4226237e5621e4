import {
  BankOutlined,
  CalendarOutlined,
  ContainerOutlined,
  FileTextOutlined,
  FlagOutlined,
  FunnelPlotOutlined,
  InboxOutlined,
  PayCircleOutlined,
  ProfileOutlined,
  ShoppingCartOutlined,
  TagOutlined,
} from "@ant-design/icons";
import type { ComponentType } from "react";

type Icon = ComponentType<{ "aria-hidden"?: boolean }>;

const ICONS: Record<string, Icon> = {
  lead: FlagOutlined,
  opportunity: FunnelPlotOutlined,
  product: TagOutlined,
  quote: FileTextOutlined,
  contract: ContainerOutlined,
  order: ShoppingCartOutlined,
  payment_plan: CalendarOutlined,
  payment: PayCircleOutlined,
  invoice: ProfileOutlined,
  competitor: BankOutlined,
};

/** The picture of an object; one nobody drew a picture for has that of a box. */
export function iconOf(object: string): Icon {
  return ICONS[object] ?? InboxOutlined;
}
