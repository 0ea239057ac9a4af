/* Copies the text of the element that the button names, and says so. Without it, the code can be selected. */
(function () {
  "use strict";
  document.querySelectorAll("[data-copy]").forEach(function (button) {
    var source = document.getElementById(button.dataset.copy);
    var said = button.parentElement.querySelector("[role=status]");
    function select() {
      var range = document.createRange();
      range.selectNodeContents(source);
      var selection = window.getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
      said.textContent = button.dataset.failed;
    }
    button.parentElement.hidden = false;
    button.addEventListener("click", function () {
      said.textContent = "";
      if (!navigator.clipboard) return select(); /* pages without TLS have none */
      navigator.clipboard.writeText(source.textContent).then(function () {
        said.textContent = button.dataset.done;
      }, select);
    });
  });
})();
