/* A worker that runs in a frame. Browsers start no worker for a page that is opened from a folder, and the
   search of the theme is one. */
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    #frame = document.createElement("iframe");
    #ready;

    constructor(address) {
      super();
      this.#ready = this.#start(new URL(address, document.baseURI).href);
    }

    postMessage(data) {
      this.#ready.then((inside) => inside.dispatchEvent(new inside.MessageEvent("message", { data })));
    }

    terminate() {
      this.#frame.remove();
    }

    async #start(address) {
      const frame = this.#frame;
      frame.hidden = true;
      frame.title = "Search";
      frame.srcdoc = "<!doctype html><title>Search</title>";
      await new Promise((done) => {
        frame.addEventListener("load", done, { once: true });
        document.body.append(frame);
      });
      const inside = frame.contentWindow;
      const run = (source) => new Promise((done, failed) => {
        const script = inside.document.createElement("script");
        Object.assign(script, { src: source, onload: done, onerror: failed });
        inside.document.head.append(script);
      });
      inside.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }));
      inside.importScripts = async (...sources) => {
        for (const source of sources) await run(new URL(source, address).href);
      };
      await run(address);
      return inside;
    }
  };
}
