// Prints a whole HTML document, once for each `nonce`: out of sight, in a frame that is removed afterwards.

const printed = new Set();

export default function ({ data }) {
  if (printed.has(data.nonce)) return;
  printed.add(data.nonce);
  const frame = document.createElement("iframe");
  frame.title = data.title;
  frame.style.cssText = "position: fixed; width: 0; height: 0; border: 0; visibility: hidden";
  frame.srcdoc = data.html;
  frame.onload = () => {
    frame.contentWindow.onafterprint = () => setTimeout(() => frame.remove());
    frame.contentWindow.focus();
    frame.contentWindow.print();
  };
  document.body.append(frame);
}
