/** The page around the tab: its URL and its messages. */
import { HostChannel } from "./channel.ts";
import { formatHash, type Params, PLUGIN, parseHash, tabOf } from "./hash.ts";

/** The window whose URL the user sees: the parent, unless there is none or it is of another origin. */
function addressWindow(): Window {
  try {
    if (window.parent !== window && typeof window.parent.location.hash === "string") return window.parent;
  } catch {
    // The parent is of another origin: our own address, which nobody sees, does no harm.
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

  /** The address of what is shown. */
  get link(): string {
    return this.address.location.href;
  }

  /** Writes nothing while the URL is that of another tab. */
  writeParams(params: Params): void {
    try {
      const { hash, pathname, search } = this.address.location;
      const tab = tabOf(hash);
      if (tab !== "" && tab !== PLUGIN) return;
      const next = formatHash(hash, params);
      if (next === hash) return;
      // TensorBoard gives a plugin's page a base URL, against which a bare hash would be resolved.
      this.address.history.replaceState(this.address.history.state, "", `${pathname}${search}${next}`);
    } catch {
      // Without a writable URL the tab works, but a reload forgets the selection.
    }
  }

  /** Calls back when the user edits the URL or comes back to it, not at our own writes. */
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
