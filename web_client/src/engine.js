/* Plain ES5: it runs in engines that can not read our modules, and tells people what is wrong and what still works.
   The words stand in the page, hidden, in the elements named here. */
(function () {
  "use strict";
  var box = document.getElementById("engine");
  if (!box) return;
  var started = false;
  var blamed = false;

  function show(name) {
    var parts = box.children;
    for (var i = 0; i < parts.length; i++) parts[i].hidden = parts[i].getAttribute("data-when") !== name;
    box.hidden = false;
  }

  /* What the room can not do without, and what only voice and video need. */
  function lacking(names) {
    var found = false;
    for (var i = 0; i < names.length; i++) {
      var item = box.querySelector('[data-lacks="' + names[i][0] + '"]');
      if (item) item.hidden = names[i][1];
      found = found || !names[i][1];
    }
    return found;
  }

  function tooOld() {
    if (started || blamed) return;
    blamed = true;
    lacking([
      ["modules", false],
      ["socket", typeof WebSocket !== "undefined"],
      ["storage", typeof indexedDB !== "undefined"],
      ["media", typeof RTCPeerConnection !== "undefined"],
    ]);
    show("too-old");
    var loading = document.getElementById("loading");
    if (loading) loading.hidden = true;
  }

  /* Before the room has started, such an error means that the engine knows a word or a function of ours not. */
  function misunderstood(error, message) {
    if (/SyntaxError|TypeError|ReferenceError/.test((error && error.name) + " " + message)) tooOld();
    else if (!started && !blamed) show("not-loaded");
  }

  window.engine = {
    started: function () {
      started = true;
      box.hidden = true;
      if (typeof RTCPeerConnection === "undefined") show("no-media");
    },
  };
  if (!("noModule" in document.createElement("script"))) tooOld();
  window.addEventListener(
    "error",
    function (event) {
      if (event.target && event.target.tagName === "SCRIPT") {
        if (!started && !blamed) show("not-loaded");
      } else misunderstood(event.error, event.message);
    },
    true,
  );
  window.addEventListener("unhandledrejection", function (event) {
    misunderstood(event.reason, "");
  });
  setTimeout(function () {
    if (!started && !blamed && box.hidden) show("slow");
  }, 4000);
})();
