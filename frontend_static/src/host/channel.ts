/** TensorBoard's messages to and from a plugin's iframe. No library for them is published. */

interface Message {
  type: string;
  id: number;
  payload: unknown;
  error: string | null;
  isReply: boolean;
}

type Listener = (payload: unknown) => void;

export class HostChannel {
  private readonly port: MessagePort;
  private readonly listeners = new Map<string, Listener>();

  constructor(host: Window) {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    this.port.onmessage = (event: MessageEvent<string>) => this.receive(JSON.parse(event.data) as Message);
    host.postMessage("experimental.bootstrap", "*", [port2]);
  }

  listen(type: string, listener: Listener): void {
    this.listeners.set(type, listener);
  }

  private receive(message: Message): void {
    if (message.isReply) return;
    this.listeners.get(message.type)?.(message.payload);
    // The host waits for an answer to everything it sends.
    this.send({ type: message.type, id: message.id, payload: null, error: null, isReply: true });
  }

  private send(message: Message): void {
    this.port.postMessage(JSON.stringify(message));
  }
}
