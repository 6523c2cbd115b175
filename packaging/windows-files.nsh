; Offers Offstage under "Open with" for schedule files, for this person alone. XML, JSON and CSV belong to many programs:
; what opens them by a double click stays as it was. The scheme offstage:// is registered by the app itself at its start.

!define OFFSTAGE_FILE "Offstage.Schedule"

!macro customInstall
  WriteRegStr HKCU "Software\Classes\${OFFSTAGE_FILE}" "" "Schedule"
  WriteRegStr HKCU "Software\Classes\${OFFSTAGE_FILE}\DefaultIcon" "" "$INSTDIR\${APP_EXECUTABLE_FILENAME},0"
  WriteRegStr HKCU "Software\Classes\${OFFSTAGE_FILE}\shell\open\command" "" '"$INSTDIR\${APP_EXECUTABLE_FILENAME}" "%1"'
  WriteRegNone HKCU "Software\Classes\.xml\OpenWithProgids" "${OFFSTAGE_FILE}"
  WriteRegNone HKCU "Software\Classes\.json\OpenWithProgids" "${OFFSTAGE_FILE}"
  WriteRegNone HKCU "Software\Classes\.csv\OpenWithProgids" "${OFFSTAGE_FILE}"
!macroend

!macro customUnInstall
  DeleteRegValue HKCU "Software\Classes\.xml\OpenWithProgids" "${OFFSTAGE_FILE}"
  DeleteRegValue HKCU "Software\Classes\.json\OpenWithProgids" "${OFFSTAGE_FILE}"
  DeleteRegValue HKCU "Software\Classes\.csv\OpenWithProgids" "${OFFSTAGE_FILE}"
  DeleteRegKey HKCU "Software\Classes\${OFFSTAGE_FILE}"
  DeleteRegKey HKCU "Software\Classes\offstage"
!macroend
