/** Everything the tab knows of the page it lives in: its URL and its messages. */
import { HostChannel } from "./channel.ts";
import { formatHash, type Params, PLUGIN, parseHash, tabOf } from "./hash.ts";

/** The window whose URL the user sees: the parent, unless it is foreign or there is none. */
function addressWindow(): Window {
  try {
    if (window.parent !== window && typeof window.parent.location.hash === "string") return window.parent;
  } catch {
    // A parent of another origin: our own address, which then nobody sees, does no harm.
  }
  return window;
}

export class Host {
  private readonly address = addressWindow();
  private readonly channel = window.parent === window ? null : new HostChannel(window.parent);

  readParams(): Params {
    const hash = this.address.location.hash;
    return tabOf(hash) === PLUGIN ? parseHash(hash) : {};
  }

  /** The address that shows somebody else the same. */
  get link(): string {
    return this.address.location.href;
  }

  /** Leaves the URL alone while another tab owns it. */
  writeParams(params: Params): void {
    try {
      const { hash, pathname, search } = this.address.location;
      const tab = tabOf(hash);
      if (tab !== "" && tab !== PLUGIN) return;
      const next = formatHash(hash, params);
      if (next === hash) return;
      // A bare hash would be relative to the base that TensorBoard gives a plugin's page, which is no page.
      this.address.history.replaceState(this.address.history.state, "", `${pathname}${search}${next}`);
    } catch {
      // Without a writable URL the tab still works; only reload forgets.
    }
  }

  /** The user edited the URL, or came back to it. Our own writes do not fire this. */
  onNavigate(listener: (params: Params) => void): void {
    this.address.addEventListener("hashchange", () => {
      if (tabOf(this.address.location.hash) === PLUGIN) listener(this.readParams());
    });
  }

  onDataReloaded(listener: () => void): void {
    this.channel?.listen("experimental.DataReloaded", listener);
    this.channel?.listen("experimental.RunsChanged", listener);
  }
}
