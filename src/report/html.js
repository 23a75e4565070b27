/* Tables that sort: press a heading. Pressed again it turns the order round, and a third time brings back the
   order as written. Without this script they are plain tables. */
(function () {
  'use strict';
  function number(text) { /* a dash, `never`: beyond all numbers */
    var x = parseFloat(text.replace(/^>= /, ''));
    return isNaN(x) ? Infinity : x;
  }
  function comparison(column, numeric) {
    return function (a, b) {
      var s = a.cells[column].textContent.trim(), t = b.cells[column].textContent.trim();
      if (!numeric)
        return s.localeCompare(t, 'en', {numeric: true});
      s = number(s);
      t = number(t);
      return s < t ? -1 : s > t ? 1 : 0;
    };
  }
  document.querySelectorAll('table.sorts').forEach(function (table) {
    var body = table.tBodies[0], written = Array.from(body.rows), heads = Array.from(table.tHead.rows[0].cells);
    heads.forEach(function (head, column) {
      var name = head.textContent, button = document.createElement('button');
      button.type = 'button';
      button.textContent = name || '\u00a0';
      button.title = 'Sort by ' + (name || 'column ' + (column + 1));
      if (!name)
        button.setAttribute('aria-label', button.title);
      head.textContent = '';
      head.appendChild(button);
      button.addEventListener('click', function () {
        var before = head.getAttribute('aria-sort'), rows = written.slice();
        heads.forEach(function (h) { h.removeAttribute('aria-sort'); });
        if (before !== 'descending') {
          head.setAttribute('aria-sort', before ? 'descending' : 'ascending');
          rows.sort(comparison(column, head.classList.contains('n')));
          if (before)
            rows.reverse();
        }
        rows.forEach(function (row) { body.appendChild(row); });
      });
    });
  });
  document.querySelectorAll('pre.copy').forEach(function (pre) {
    var button = document.createElement('button');
    button.type = 'button';
    button.className = 'copy';
    button.textContent = 'Copy';
    button.addEventListener('click', function () {
      getSelection().selectAllChildren(pre);
      if (navigator.clipboard)
        navigator.clipboard.writeText(pre.textContent).then(function () { button.textContent = 'Copied'; },
                                                           function () {});
    });
    pre.parentNode.insertBefore(button, pre);
  });
})();
