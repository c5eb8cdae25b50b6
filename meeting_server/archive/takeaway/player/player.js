// One learning page: plays, follows, asks, and tells a SCORM 1.2 platform (if there is one) how far somebody is.
(function () {
  "use strict";
  var study = window.study;
  var words = study.words;
  var LONGEST = 4000; // characters a platform keeps for us (SCORM 1.2 promises 4096)

  function at(id) { return document.getElementById(id); }
  function made(name, text, className) {
    var element = document.createElement(name);
    if (text) element.textContent = text;
    if (className) element.className = className;
    return element;
  }
  function clock(millis) {
    var seconds = Math.floor(millis / 1000);
    var parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    var two = function (n) { return (n < 10 ? "0" : "") + n; };
    return (parts[0] ? parts[0] + ":" + two(parts[1]) : parts[1]) + ":" + two(parts[2]);
  }
  function said(name, values) {
    return words[name].replace(/\{(\w+)\}/g, function (_, key) { return String(values[key]); });
  }

  // --- the platform -------------------------------------------------------------------------------------------

  function search(from) {
    for (var depth = 0; from && depth < 12; depth++) {
      try { if (from.API) return from.API; } catch (_) { return null; } // a frame of another site
      if (from.parent === from) return null;
      from = from.parent;
    }
    return null;
  }
  var api = search(window) || search(window.opener);
  var open = false;
  var began = Date.now();

  function get(name) { return open ? String(api.LMSGetValue(name)) : ""; }
  function set(name, value) { if (open) api.LMSSetValue(name, String(value)); }
  function spent() { // HHHH:MM:SS.SS
    var hundredths = Math.round((Date.now() - began) / 10);
    var pad = function (n, width) { n = String(n); while (n.length < width) n = "0" + n; return n; };
    return pad(Math.floor(hundredths / 360000), 4) + ":" + pad(Math.floor(hundredths / 6000) % 60, 2) + ":" + pad(Math.floor(hundredths / 100) % 60, 2) + "." + pad(hundredths % 100, 2);
  }

  // --- what is kept: where, which stretches were heard, the best score -------------------------------------------

  var heard = []; // [from, to] in whole seconds, in order, apart
  var position = 0, best = -1, read = false, finished = false;

  function add(from, to) {
    if (to <= from) return;
    var apart = heard.filter(function (s) { return s[1] < from || s[0] > to; });
    heard.filter(function (s) { return s[1] >= from && s[0] <= to; }).forEach(function (s) { from = Math.min(from, s[0]); to = Math.max(to, s[1]); });
    heard = apart.concat([[from, to]]).sort(function (a, b) { return a[0] - b[0]; });
  }
  function restore(text) {
    try {
      var kept = JSON.parse(text);
      (kept.w || []).forEach(function (s) { add(Number(s[0]), Number(s[1])); });
      position = Number(kept.p) || 0;
      best = typeof kept.s === "number" ? kept.s : -1;
      read = kept.r === 1;
    } catch (_) { /* nothing was kept, or by another program: begin anew */ }
  }
  function kept() {
    var stretches = heard.slice(), text;
    do {
      text = JSON.stringify({ p: Math.floor(position), w: stretches.map(function (s) { return [Math.floor(s[0]), Math.ceil(s[1])]; }), s: best < 0 ? undefined : best, r: read ? 1 : 0 });
      stretches.sort(function (a, b) { return (b[1] - b[0]) - (a[1] - a[0]); }).pop(); // the shortest goes first
    } while (text.length > LONGEST && stretches.length);
    return text;
  }
  function share() { // per cent of the sound heard
    var length = sound.duration;
    if (!length || !isFinite(length)) return 0;
    return Math.min(100, Math.floor(heard.reduce(function (sum, s) { return sum + s[1] - s[0]; }, 0) / length * 100));
  }
  function enough() { return study.sound ? share() >= study.enough : read; }
  function passed() { return study.questions.length === 0 || best >= study.pass_mark; }

  function tell(commit) {
    var done = enough() && passed();
    if (done && !finished) {
      finished = true;
      set("cmi.core.lesson_status", study.questions.length ? "passed" : "completed");
      commit = true;
    }
    set("cmi.core.lesson_location", Math.floor(position));
    set("cmi.suspend_data", kept());
    if (commit && open) api.LMSCommit("");
    show();
  }
  function end() {
    if (!open) return;
    tell(false);
    set("cmi.core.exit", finished ? "" : "suspend");
    set("cmi.core.session_time", spent());
    api.LMSCommit("");
    api.LMSFinish("");
    open = false;
  }

  // --- the page ---------------------------------------------------------------------------------------------------

  var sound = at("sound"), lines = [];
  document.documentElement.lang = study.language;
  document.title = study.title;
  at("title").textContent = study.title;
  at("held").textContent = study.held;
  at("skip").textContent = words.skip;
  at("transcript-h").textContent = words.transcript;
  if (study.summary) {
    at("about").hidden = false;
    at("about-h").textContent = words.summary;
    study.summary.split("\n").forEach(function (part) { at("summary").append(made("p", part)); });
  }
  if (study.sound) {
    at("sounding").hidden = false;
    sound.setAttribute("aria-label", words.sound);
    sound.src = study.sound;
  }

  function go(millis) {
    sound.currentTime = millis / 1000;
    var playing = sound.play();
    if (playing) playing.catch(function () { /* the browser wants a press on its own button first */ });
  }
  function line(item, text, who) {
    var element = made(study.sound ? "button" : "div", "", "go" + (study.sound ? "" : " still"));
    if (study.sound) { element.type = "button"; element.addEventListener("click", function () { go(item.start); }); }
    element.append(made("time", clock(item.start)));
    var body = made("span", "");
    if (who) body.append(made("b", who));
    body.append(document.createTextNode(text));
    element.append(body);
    return element;
  }
  if (study.chapters.length > 1) {
    at("chapters").hidden = false;
    at("chapters-h").textContent = words.chapters;
    study.chapters.forEach(function (chapter) {
      var entry = made("li", "");
      entry.append(line(chapter, chapter.title, ""));
      at("chapter-list").append(entry);
    });
  }
  study.lines.forEach(function (item) {
    var element = line(item, item.text, item.who);
    if (item.gap) element.classList.add("gap");
    lines.push(element);
    at("lines").append(element);
  });
  if (!study.sound) {
    at("read").hidden = false;
    at("read").textContent = words.read;
    at("read").addEventListener("click", function () { read = true; tell(true); });
  }

  // --- questions ----------------------------------------------------------------------------------------------------

  var asked = study.questions.map(function (question, number) {
    var box = made("fieldset", "");
    box.append(made("legend", (number + 1) + ". " + question.text));
    var inputs;
    if (question.kind === "cloze") {
      var input = made("input", "");
      input.type = "text"; input.autocomplete = "off"; input.setAttribute("aria-label", words.fill);
      box.append(input);
      inputs = [input];
    } else {
      inputs = question.choices.map(function (choice) {
        var label = made("label", ""), mark = made("input", "");
        mark.type = question.kind === "multiple" ? "checkbox" : "radio";
        mark.name = "q" + number;
        label.append(mark, made("span", choice));
        box.append(label);
        return mark;
      });
    }
    var told = made("p", "", "told");
    told.hidden = true;
    box.append(told);
    at("form").append(box);
    return { question: question, inputs: inputs, told: told };
  });
  function given(one) {
    if (one.question.kind === "cloze") return one.inputs[0].value.trim();
    return one.inputs.map(function (mark, n) { return mark.checked ? n : -1; }).filter(function (n) { return n >= 0; });
  }
  function right(one) {
    var answer = given(one);
    if (one.question.kind === "cloze") return one.question.choices.some(function (word) { return word.toLowerCase() === answer.toLowerCase(); });
    return answer.join() === one.question.right.join();
  }
  function report(one, number, fine) { // cmi.interactions is write-only and counts by itself
    var answer = given(one), name = "cmi.interactions." + number + ".";
    var letters = function (numbers) { return numbers.map(function (n) { return "abcdefghijklmnopqrstuvwxyz"[n]; }).join(","); };
    set(name + "id", one.question.id);
    set(name + "type", one.question.kind === "cloze" ? "fill-in" : "choice");
    set(name + "student_response", one.question.kind === "cloze" ? answer.slice(0, 255) : letters(answer));
    set(name + "correct_responses.0.pattern", one.question.kind === "cloze" ? one.question.choices[0] : letters(one.question.right));
    set(name + "result", fine ? "correct" : "wrong");
  }
  if (asked.length) {
    at("quiz").hidden = false;
    at("quiz-h").textContent = words.quiz;
    at("quiz-how").textContent = said("pass_mark", { n: study.pass_mark });
    var submit = made("button", words.answer);
    at("form").append(submit);
    at("form").addEventListener("submit", function (event) {
      event.preventDefault();
      var empty = asked.filter(function (one) { return given(one).length === 0; })[0];
      if (empty) {
        at("score").textContent = words.choose;
        empty.inputs[0].focus();
        return;
      }
      var first = Number(get("cmi.interactions._count")) || 0, correct = 0;
      asked.forEach(function (one, number) {
        var fine = right(one);
        correct += fine ? 1 : 0;
        one.told.hidden = false;
        one.told.textContent = "";
        one.told.append(made("b", fine ? words.right : words.wrong), document.createTextNode(one.question.explanation ? " " + one.question.explanation : ""));
        report(one, first + number, fine);
      });
      var score = Math.round(correct / asked.length * 100);
      best = Math.max(best, score);
      set("cmi.core.score.min", 0);
      set("cmi.core.score.max", 100);
      set("cmi.core.score.raw", best);
      at("score").textContent = said("answered", { n: correct, all: asked.length }) + " " + (score >= study.pass_mark ? words.passed : words.not_passed);
      submit.textContent = words.again;
      tell(true);
    });
  }

  function show() {
    var parts = [];
    if (study.sound) parts.push(said("heard", { n: share(), need: study.enough }));
    else if (read) parts.push(words.read_done);
    if (study.questions.length && best >= 0) parts.push(passed() ? words.passed : words.not_passed);
    var done = enough() && passed();
    at("state").className = done ? "done" : "";
    at("state").textContent = (done ? [words.done] : parts.concat(study.sound ? [] : [words.no_sound])).concat(open ? [words.kept] : [words.alone]).join(" ");
  }

  // --- listening ------------------------------------------------------------------------------------------------

  var last = null, toldAt = 0;
  sound.addEventListener("timeupdate", function () {
    var now = sound.currentTime;
    if (last !== null && !sound.seeking && now > last && now - last <= 2 * Math.max(1, sound.playbackRate)) add(last, now);
    last = sound.seeking ? null : now;
    position = now;
    study.lines.forEach(function (item, n) { lines[n].classList.toggle("now", now * 1000 >= item.start && now * 1000 < item.end); });
    if (Date.now() - toldAt > 15000) { toldAt = Date.now(); tell(true); } else if (enough() && passed() && !finished) tell(true);
  });
  sound.addEventListener("seeking", function () { last = null; });
  ["playing", "seeked"].forEach(function (name) { sound.addEventListener(name, function () { last = sound.currentTime; }); });
  ["pause", "ended"].forEach(function (name) {
    sound.addEventListener(name, function () {
      if (last !== null && sound.currentTime - last < 2) add(last, sound.currentTime);
      last = null;
      tell(true);
    });
  });
  sound.addEventListener("loadedmetadata", function () {
    if (position > 0 && position < sound.duration - 3) sound.currentTime = position;
    show();
  });

  if (api) {
    open = String(api.LMSInitialize("")) === "true";
    var status = get("cmi.core.lesson_status");
    restore(get("cmi.suspend_data"));
    finished = status === "passed" || status === "completed";
    if (status === "not attempted" || status === "") set("cmi.core.lesson_status", "incomplete");
    if (open) api.LMSCommit("");
  }
  window.addEventListener("pagehide", end);
  window.addEventListener("beforeunload", end);
  show();
})();
